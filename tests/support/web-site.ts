/** A web site of somebody else, for browsers to come from or go to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface WebSite {
  /** `http://127.0.0.1:…` */
  readonly origin: string;
  /** The same site by another name: to a browser it is a stranger to 127.0.0.1, cookies and all. */
  readonly foreignOrigin: string;
  stop(): Promise<void>;
}

/** `answer` returns the HTML for a request. */
export async function startWebSite(answer: (request: IncomingMessage) => string): Promise<WebSite> {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html; charset=utf-8').end(answer(request));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    foreignOrigin: `http://localhost:${port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
