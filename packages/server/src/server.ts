/** The listening socket: HTTP or HTTPS, its limits, and an end that loses no request. */
import {
  createServer as createHttpServer,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Config, Listen } from '@gatehouse/config';
import type { Log } from '@gatehouse/connector-kit';
import { readCertificate, watchCertificate } from './http/certificate.ts';
import { drain } from './http/drain.ts';
import { listenError } from './http/listen-error.ts';

export interface StartOptions {
  readonly app: { callback(): RequestListener };
  readonly config: Pick<Config, 'listen'>;
  readonly log: Log;
  /** Browsers send Kerberos tickets, which grow with the groups of a person: Active Directory's up to 48,000 bytes. */
  readonly tickets?: boolean;
}

export interface RunningServer {
  /** Where it listens: the port that was given, or the free one that `port: 0` found. */
  readonly address: { readonly host: string; readonly port: number };
  /** Takes no new requests, answers those it has, and returns: when `hurry` is aborted, or after 20 s, at once. */
  close(hurry?: AbortSignal): Promise<void>;
}

/** Room for an `id_token_hint` of a person with many groups. */
const maxHeaderSize = 32 * 1024;
const maxHeaderSizeWithTickets = 80 * 1024;
const maxConnections = 10_000;
/** Milliseconds. */
const handshakeTimeout = 10_000;
const closeDeadline = 20_000;

const limits: ServerOptions = {
  // Attack: connections that send a byte now and then hold a socket each (slowloris).
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 2_000,
  // Longer than the idle time of common load balancers, or they reuse a connection that we are closing.
  keepAliveTimeout: 75_000,
};

/** @throws Error that names the option when the certificate cannot be read or the port cannot be had */
export async function startServer({
  app,
  config,
  log,
  tickets = false,
}: StartOptions): Promise<RunningServer> {
  const { listen } = config;
  const { server, stopWatching } = await makeServer(listen, app.callback(), log, {
    ...limits,
    maxHeaderSize: tickets ? maxHeaderSizeWithTickets : maxHeaderSize,
  });
  server.maxConnections = maxConnections;
  // A connection on which nothing moves, in either direction.
  server.timeout = 120_000;
  try {
    await listenOn(server, listen);
  } catch (error) {
    stopWatching();
    throw listenError(error, listen);
  }
  server.on('error', (error) => log.error({ error }, 'server error'));
  const { address, port } = server.address() as AddressInfo;
  return {
    address: { host: address, port },
    close: async (hurry) => {
      stopWatching();
      const late = AbortSignal.timeout(closeDeadline);
      await drain(server, hurry === undefined ? late : AbortSignal.any([hurry, late]), log);
    },
  };
}

async function makeServer(listen: Listen, handler: RequestListener, log: Log, bounds: ServerOptions) {
  if (listen.tls === undefined) {
    return { server: createHttpServer(bounds, handler), stopWatching: () => {} };
  }
  const files = listen.tls;
  const certificate = await readCertificate(files);
  // TLS 1.0 and 1.1 are out of use (RFC 8996), whatever the defaults of this Node or its environment are.
  const server = createHttpsServer(
    { ...bounds, ...certificate, handshakeTimeout, minVersion: 'TLSv1.2' },
    handler,
  );
  const stopWatching = watchCertificate(files, certificate, log, (renewed) =>
    server.setSecureContext({ ...renewed, minVersion: 'TLSv1.2' }),
  );
  return { server, stopWatching };
}

function listenOn(server: Server, { host, port }: Listen): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
