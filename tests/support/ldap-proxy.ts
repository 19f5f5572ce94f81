/** Stands between a client and a plain LDAP server: counts what is asked, goes down and hangs when it is told to. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { takeRequest } from './hostile-ldap.ts';

export interface LdapProxy {
  readonly port: number;
  /** One word for each connection and request: `connect`, `bind`, `search`, … */
  readonly asked: readonly string[];
  /** Refuses connections and drops those that are open. */
  takeDown(): Promise<void>;
  /** Takes connections and requests, and passes no answer on. */
  hang(): void;
  /** Works again, and forgets what was asked. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export async function startLdapProxy(targetPort: number): Promise<LdapProxy> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  let hanging = false;
  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1');
    let pending = Buffer.alloc(0);
    asked.push('connect');
    client.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let request = takeRequest(pending); request !== null; request = takeRequest(pending)) {
        pending = pending.subarray(request.size);
        asked.push(request.kind);
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!hanging) client.write(chunk);
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      open.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          open.delete(socket);
          other.destroy();
        });
    }
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const takeDown = async () => {
    for (const socket of open) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  const port = await listen(0);
  return {
    port,
    asked,
    takeDown,
    hang() {
      hanging = true;
    },
    async reset() {
      hanging = false;
      asked.length = 0;
      if (!server.listening) await listen(port);
    },
    stop: takeDown,
  };
}
