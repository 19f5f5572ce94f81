/** A throw-away certificate authority, and a certificate of it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** PEM. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** The first name is also the subject's `CN`. */
export async function makeCertificates(
  names: readonly string[],
  usage: 'serverAuth' | 'clientAuth' = 'serverAuth',
  /** -1: it ended yesterday. */
  days = 30,
): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-ca-'));
  const at = (name: string) => join(folder, name);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  try {
    await run('openssl', [
      ...['req', '-x509', '-days', '30', '-subj', '/CN=Gatehouse test authority', ...key],
      ...['-keyout', at('ca.key'), '-out', at('ca.pem')],
    ]);
    await run('openssl', [
      ...['req', '-subj', `/CN=${names[0]}`, ...key, '-keyout', at('server.key'), '-out', at('server.csr')],
    ]);
    const alternatives = names.map((name) => `${isIP(name) ? 'IP' : 'DNS'}:${name}`).join(',');
    await writeFile(at('server.ext'), `subjectAltName=${alternatives}\nextendedKeyUsage=${usage}\n`);
    await run('openssl', [
      ...[
        'x509',
        '-req',
        '-days',
        String(days),
        '-in',
        at('server.csr'),
        '-CA',
        at('ca.pem'),
        '-CAkey',
        at('ca.key'),
      ],
      ...['-CAcreateserial', '-extfile', at('server.ext'), '-out', at('server.pem')],
    ]);
    const [ca, cert, privateKey] = await Promise.all(
      ['ca.pem', 'server.pem', 'server.key'].map((name) => readFile(at(name), 'utf8')),
    );
    return { ca: String(ca), cert: String(cert), key: String(privateKey) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same as `ca.pem`, `cert.pem` and `key.pem` in a folder. Returns the authority. */
export async function layCertificates(folder: string, names: readonly string[]): Promise<string> {
  const { ca, cert, key } = await makeCertificates(names);
  await writeFile(join(folder, 'ca.pem'), ca);
  await writeFile(join(folder, 'cert.pem'), cert);
  await writeFile(join(folder, 'key.pem'), key, { mode: 0o600 });
  return ca;
}
