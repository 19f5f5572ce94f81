/** The way to the directory: its name, its port, its certificate. No password is sent here. */
import { lookup } from 'node:dns/promises';
import type { Socket } from 'node:net';
import { type PeerCertificate, TLSSocket } from 'node:tls';
import type { Check } from '@gatehouse/connector-kit';
import type { LdapConfig } from '../config.ts';
import { openSocket } from '../connect.ts';
import type { HostAndPort } from '../host.ts';
import { attempt, type Outcome } from './attempt.ts';

const SOON = 14;
const DAY = 24 * 60 * 60 * 1000;

export function checkName({ host }: HostAndPort, { srv }: LdapConfig): Promise<Check> {
  const option = srv === undefined ? 'host' : 'srv';
  return attempt(
    'resolve',
    async () => {
      const addresses = (await lookup(host, { all: true })).map(({ address }) => address);
      return {
        detail: addresses.length === 1 && addresses[0] === host ? host : `${host} is ${addresses.join(', ')}`,
      };
    },
    () => `Correct \`${option}\`, or the DNS of this machine: it does not know "${host}".`,
  );
}

/** `connect`, and `tls` where there is TLS; the second is missing where the first failed. */
export async function checkConnection(
  config: LdapConfig,
  address: HostAndPort,
  signal: AbortSignal,
  now: Date,
): Promise<readonly Check[]> {
  const { host, port } = address;
  const sockets: Socket[] = [];
  try {
    const connect = await attempt(
      'connect',
      async () => {
        sockets.push(await openSocket(config, address, signal, false));
        return { detail: `${host}:${port} answers` };
      },
      (failure) => adviseConnect(failure, config, port),
    );
    const [socket] = sockets;
    if (!(socket instanceof TLSSocket)) return config.insecureNoTls ? [connect, noTls(connect)] : [connect];
    return [connect, { name: 'tls', ok: true, ...judgeCertificate(socket, config, now) }];
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function noTls(connect: Check): Check {
  const advice = 'Remove `insecureNoTls`: every password can be read on the way.';
  return { name: 'tls', ok: connect.ok, detail: 'the connection is not encrypted', advice };
}

function judgeCertificate(socket: TLSSocket, config: LdapConfig, now: Date): Outcome {
  const certificate = socket.getPeerCertificate();
  const daysLeft = Math.floor((Date.parse(certificate.valid_to) - now.getTime()) / DAY);
  const facts = {
    subject: nameIn(certificate.subject),
    issuer: nameIn(certificate.issuer),
    names: certificate.subjectaltname ?? '',
    validTo: certificate.valid_to,
    daysLeft,
    protocol: socket.getProtocol() ?? '',
  };
  const life = daysLeft < 0 ? `expired ${-daysLeft} days ago` : `for ${daysLeft} more days`;
  const detail = `${facts.subject}, issued by ${facts.issuer}, ${life}, over ${facts.protocol}`;
  if (config.insecureSkipTlsVerify) {
    const advice =
      'Remove `insecureSkipTlsVerify`: anybody on the way can play this directory and read passwords.';
    return { detail, facts, advice };
  }
  if (!socket.authorized) {
    const fault = String(socket.authorizationError);
    return {
      ok: false,
      detail: `${detail}; not trusted: ${inWords(fault)}`,
      facts,
      advice: adviseTls(fault, facts, config),
    };
  }
  return daysLeft < SOON ? { detail, facts, advice: 'Renew the certificate soon.' } : { detail, facts };
}

function nameIn(name: PeerCertificate['subject'] | undefined): string {
  return String(name?.CN ?? name?.O ?? 'somebody without a name');
}

/** OpenSSL's codes say it to those who know them; the codes stay, to be searched for. */
function inWords(fault: string): string {
  const words = faults[fault];
  return words === undefined ? fault : `${words} (${fault})`;
}

const unknownAuthority = 'nobody here knows who issued it';
const faults: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it is out of date',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for other names than this one',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it has signed itself',
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
};

function adviseTls(
  fault: string,
  { names, issuer }: { readonly names: string; readonly issuer: string },
  { ca }: LdapConfig,
): string {
  if (fault === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `Write one of the certificate's own names (${names}) under \`host\`, or have it issued for this host.`;
  }
  if (fault === 'CERT_HAS_EXPIRED' || fault === 'CERT_NOT_YET_VALID') {
    return 'Renew the certificate of the directory, or correct the clock of this machine.';
  }
  if (ca !== undefined) {
    return `\`ca\` has neither "${issuer}" nor the authority above it: add the certificate of one that has signed this.`;
  }
  return 'Put the certificate of the authority that issued it, as PEM or `{ fromFile }`, under `ca`.';
}

function adviseConnect(failure: string, { startTls }: LdapConfig, port: number): string {
  if (/ECONNREFUSED/.test(failure)) return 'Nothing listens there: correct `host` and its port.';
  if (/refused StartTLS/.test(failure))
    return 'Switch StartTLS on in the directory, or use LDAPS without `startTls`.';
  if (/SSL|EPROTO|ECONNRESET|TLS|not a valid LDAP/.test(failure)) {
    if (startTls) return `Port ${port} may want TLS from the first byte, as 636 does: take \`startTls\` out.`;
    if (port === 389) return 'Port 389 begins in the clear: write `startTls: true`, or 636 instead.';
    return 'The port may speak the other kind of TLS: LDAPS is usually on 636, `startTls: true` on 389.';
  }
  return 'Check `host`, its port, and the firewalls between this machine and the directory.';
}
