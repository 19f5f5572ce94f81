/**
 * A certificate authority and a server certificate for trying TLS: what kube-apiserver needs before it talks to an
 * issuer at all. Not for production: the authority's key lies beside its certificate.
 */
// x509 stands on a container that looks for this polyfill when it is loaded.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

export interface DevCertificate {
  readonly caCertificate: string;
  readonly caKey: string;
  readonly certificate: string;
  readonly key: string;
  readonly notAfter: Date;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const day = 86_400_000;
/** Browsers refuse server certificates that live longer than 398 days. */
const lifetime = 397 * day;

/** @param hosts DNS names and IP addresses; the first becomes the subject's name */
export async function makeDevCertificate(hosts: readonly string[], now: Date): Promise<DevCertificate> {
  const [caKeys, keys] = await Promise.all([generateKeys(), generateKeys()]);
  const notAfter = new Date(now.getTime() + lifetime);
  // Clocks differ: a certificate that is valid from this second is not valid yet on half the machines.
  const validity = { notBefore: new Date(now.getTime() - day), notAfter };
  const ca = await makeAuthority(caKeys, validity);
  const certificate = await makeServerCertificate(hosts, keys, ca, caKeys, validity);
  return {
    caCertificate: pem(ca),
    caKey: await pemOfKey(caKeys.privateKey),
    certificate: pem(certificate) + pem(ca),
    key: await pemOfKey(keys.privateKey),
    notAfter,
  };
}

type Validity = { readonly notBefore: Date; readonly notAfter: Date };

async function makeAuthority(
  keys: webcrypto.CryptoKeyPair,
  validity: Validity,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Gatehouse development CA ${validity.notBefore.toISOString().slice(0, 10)}`,
    keys,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
}

async function makeServerCertificate(
  hosts: readonly string[],
  keys: webcrypto.CryptoKeyPair,
  ca: x509.X509Certificate,
  caKeys: webcrypto.CryptoKeyPair,
  validity: Validity,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    subject: [{ CN: [hosts[0] ?? 'localhost'] }],
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    ...validity,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      // Names in the subject are ignored since RFC 6125: only these count.
      new x509.SubjectAlternativeNameExtension(
        hosts.map((host) => ({ type: isIP(host) ? ('ip' as const) : ('dns' as const), value: host })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem').trim()}\n`;
}

async function pemOfKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return `${x509.PemConverter.encode(pkcs8, 'PRIVATE KEY').trim()}\n`;
}
