/** Serves a few middlewares on a free loopback port, with the outer frame of every request around them. */

import { createServer, type IncomingHttpHeaders, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type LogEntry, recordingLog } from '@gatehouse/connector-kit/testing';
import Koa from 'koa';
import { errorSurface } from '../http/error-surface.ts';
import { establishFacts } from '../http/establish-facts.ts';
import { type Issuer, readIssuer } from '../http/issuer.ts';
import { requestLog } from '../http/request-log.ts';
import { securityHeaders } from '../http/security-headers.ts';
import { trustedProxies } from '../http/trusted-proxies.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface HttpApp {
  readonly port: number;
  readonly issuer: Issuer;
  readonly logLines: LogEntry[];
  /** `node:http`, since `fetch` sets the Host header by itself. */
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  close(): Promise<void>;
}

export interface HttpAppOptions {
  /** `%port%` in it becomes the port. */
  readonly issuer?: string;
  readonly trusted?: readonly string[];
  readonly mount: (app: Koa, issuer: Issuer) => void;
}

export async function startHttpApp(options: HttpAppOptions): Promise<HttpApp> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = readIssuer((options.issuer ?? 'http://127.0.0.1:%port%').replace('%port%', String(port)));
  const logLines: LogEntry[] = [];
  const app = new Koa({ proxy: true });
  app.use(establishFacts(issuer, trustedProxies(options.trusted ?? []), recordingLog(logLines)));
  app.use(requestLog(issuer.base, () => new Date()));
  app.use(securityHeaders(issuer));
  app.use(errorSurface({ name: 'Test', base: issuer.base, stylesheet: '/s.css', icon: '/i.svg' }));
  options.mount(app, issuer);
  server.on('request', app.callback());
  return {
    port,
    issuer,
    logLines,
    get: (path, headers = {}) => get(port, path, headers),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function get(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, headers, agent: false };
    request(options, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += chunk;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
    })
      .once('error', reject)
      .end();
  });
}
