/**
 * Opens a connection: TCP, then TLS in one of three ways. Nothing is said to the directory, and no password leaves,
 * before the certificate was verified.
 */
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import {
  type ConnectionOptions,
  connect as connectTls,
  createSecureContext,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { ConnectorError } from '@gatehouse/connector-kit';
import type { LdapConfig } from './config.ts';
import { type HostAndPort, parseHost } from './host.ts';
import { startTls } from './start-tls.ts';
import { LdapConnection } from './wire/connection.ts';
import { leftConnecting, NoAnswer, notAwaited } from './wire/no-answer.ts';

/** Milliseconds until the first question whether the other side is still there; firewalls forget what is quiet. */
const KEEP_ALIVE = 30_000;

/** TLS from the first byte. */
export function usesLdaps({ startTls, insecureNoTls }: LdapConfig): boolean {
  return !startTls && !insecureNoTls;
}

/** Those of `host`; the ones that DNS knows are known to `Directory.servers`. */
export function addressesOf(config: LdapConfig): readonly HostAndPort[] {
  const port = usesLdaps(config) ? 636 : 389;
  return config.host.map((host) => parseHost(host, port));
}

/** Throws `NoAnswer`. `signal` ends the opening, not what was opened. */
export async function openConnection(
  config: LdapConfig,
  address: HostAndPort,
  signal: AbortSignal,
): Promise<LdapConnection> {
  return new LdapConnection(await openSocket(config, address, signal, !config.insecureSkipTlsVerify));
}

/** `verify: false` is for looking at a certificate; nothing may be sent on such a socket. */
export async function openSocket(
  config: LdapConfig,
  { host, port }: HostAndPort,
  signal: AbortSignal,
  verify: boolean,
): Promise<Socket | TLSSocket> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(config.timeouts.connect)]);
  const since = performance.now();
  const opened: Socket[] = [];
  const hold = <S extends Socket>(socket: S): S => {
    opened.push(socket);
    // Whoever waits for the socket hears of it; an error that nobody hears would end the process.
    return socket.on('error', () => {});
  };
  try {
    const tcp = hold(connectTcp({ host, port }));
    await once(tcp, 'connect', { signal: deadline });
    tcp.setNoDelay(true);
    tcp.setKeepAlive(true, KEEP_ALIVE);
    if (config.insecureNoTls) return tcp;

    if (config.startTls) await startTls(tcp, deadline);
    const tls = hold(connectTls({ ...tlsOptions(config, host, verify), socket: tcp }));
    await once(tls, 'secureConnect', { signal: deadline });
    return tls;
  } catch (error) {
    for (const socket of opened) socket.destroy();
    if (signal.aborted) throw notAwaited(signal.reason, leftConnecting, since);
    throw connectFailure(error, `${host}:${port}`);
  }
}

function tlsOptions(config: LdapConfig, host: string, verify: boolean): ConnectionOptions {
  return {
    host,
    ...(isIP(host) ? {} : { servername: host }),
    rejectUnauthorized: verify,
    secureContext: secureContextOf(config),
  };
}

/** Read once: certificates and keys cost more than the rest of a handshake, and memory that comes back late. */
const contexts = new WeakMap<LdapConfig, SecureContext>();

function secureContextOf(config: LdapConfig): SecureContext {
  const known = contexts.get(config);
  if (known !== undefined) return known;
  const context = createSecureContext({
    minVersion: 'TLSv1.2',
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    ...(config.clientCert === undefined ? {} : { cert: config.clientCert, key: config.clientKey }),
  });
  contexts.set(config, context);
  return context;
}

/** OpenSSL's and Node's words for "I do not trust this certificate". */
const distrust = /^(CERT_|ERR_TLS_CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/;

function isDistrust(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && distrust.test(error.code)
  );
}

function connectFailure(error: unknown, where: string): NoAnswer {
  const [code, reason] = whyUnreachable(error, where);
  return new NoAnswer('unreachable', reason, ConnectorError.is(error) ? error.cause : error, code);
}

function whyUnreachable(error: unknown, where: string): [ConnectorError['code'], string] {
  if (ConnectorError.is(error)) return [error.code, error.message];
  if (isDistrust(error))
    return ['misconfigured', `the certificate of ${where} is not trusted: ${error.code}`];
  const late = error instanceof Error && error.name === 'AbortError';
  const limit = late ? ' within `timeouts.connect`' : '';
  return ['unavailable', `no connection to ${where}${limit}`];
}
