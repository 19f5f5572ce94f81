/** Stands between a client and a server, and loses answers: the request arrives and is worked on, nobody hears of it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface DroppingProxy {
  readonly address: string;
  /** The next answer is lost; `meanwhile` runs before the client notices. */
  dropNext(meanwhile?: () => unknown): void;
  stop(): Promise<void>;
}

export async function startDroppingProxy(target: string): Promise<DroppingProxy> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();
  let drop: (() => unknown) | undefined;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.pipe(upstream);
    upstream.on('data', (answer) => {
      if (drop === undefined) return void client.write(answer);
      const meanwhile = drop;
      drop = undefined;
      upstream.destroy();
      void Promise.resolve(meanwhile()).finally(() => client.destroy());
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        if (drop !== undefined || socket === client) other.destroy();
      });
    }
    upstream.on('end', () => client.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    dropNext: (meanwhile = () => {}) => {
      drop = meanwhile;
    },
    stop: async () => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
