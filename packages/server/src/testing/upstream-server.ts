/** A real HTTP server on a free loopback port that plays an upstream, and what it was asked. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';

export interface UpstreamServer extends AsyncDisposable {
  readonly server: Server;
  readonly port: number;
  /** Each as `GET /path`. */
  readonly asked: readonly string[];
  /** How many connections there were, and how many at most at once. */
  readonly connections: { count: number; most: number };
}

export async function serveUpstream(answer: RequestListener, tls?: TlsOptions): Promise<UpstreamServer> {
  const asked: string[] = [];
  const connections = { count: 0, most: 0 };
  const listener: RequestListener = (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  let open = 0;
  server.on('connection', (socket) => {
    connections.count += 1;
    open += 1;
    connections.most = Math.max(connections.most, open);
    socket
      .on('error', () => undefined)
      .once('close', () => {
        open -= 1;
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    server,
    port: (server.address() as AddressInfo).port,
    asked,
    connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
