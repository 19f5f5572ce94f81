/** RSA keys with self-signed certificates, for identity providers and for us. Each takes a moment, so they are few. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM. */
export interface SamlKeys {
  readonly key: string;
  readonly certificate: string;
}

/** @param authority who signs the certificate, instead of the key itself */
export function makeSamlKeys(name: string, bits = 2048, authority?: SamlKeys): SamlKeys {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-saml-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const [caKey, ca] = [join(folder, 'ca-key.pem'), join(folder, 'ca.pem')];
  try {
    if (authority !== undefined) {
      writeFileSync(caKey, authority.key);
      writeFileSync(ca, authority.certificate);
    }
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', `rsa:${bits}`, '-nodes', '-days', '30', '-subj', `/CN=${name}`],
        ...['-keyout', key, '-out', certificate],
        ...(authority === undefined ? [] : ['-CA', ca, '-CAkey', caKey]),
      ],
      { stdio: 'ignore' },
    );
    return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The base64 alone. */
export function bareCertificate({ certificate }: SamlKeys): string {
  return certificate.replace(/-----[A-Z ]+-----|\s/g, '');
}
