/** Reads what an identity provider publishes about itself (SAML 2.0 metadata). */
import { X509Certificate } from 'node:crypto';
import type { Endpoint, Idp } from '../idp.ts';
import { ns } from '../names.ts';
import { misfit, quote, refuse } from '../refusal.ts';
import { isBinding } from '../requests/sign.ts';
import { signatureOfMetadata } from '../signature/metadata.ts';
import { fewestBits, isTrustedKey } from '../signature/trusted-key.ts';
import { attributeOf, childrenOf, is, requiredAttribute } from '../xml/elements.ts';
import { refuseDuplicateIds } from '../xml/ids.ts';
import type { XmlElement } from '../xml/libraries.ts';
import { metadataLimits, parseXml, withoutComments } from '../xml/parse.ts';
import { type Lifetime, lifetimeOf } from './lifetime.ts';

export interface MetadataOptions {
  /** Which one, of several. */
  readonly entityId: string | undefined;
  /** PEM. Whose signature it must have; undefined: it need have none. */
  readonly certificates: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What it says of a provider, and of itself. */
export interface ReadMetadata extends Lifetime {
  readonly idp: Idp;
}

/** Some editors begin a file with it. */
const byteOrderMark = /^\ufeff/;

/** @throws ConnectorError */
export function readMetadata(written: string, options: MetadataOptions): ReadMetadata {
  const text = withoutComments(written.replace(byteOrderMark, ''));
  const root = parseXml(text, metadataLimits);
  refuseDuplicateIds(root);
  const covered =
    options.certificates === undefined ? root : signatureOfMetadata({ text, root }, options.certificates);
  const entity = entityOf(covered, options.entityId);
  const role = roleOf(entity);
  const lifetime = lifetimeOf(role);
  if (lifetime.validUntil <= options.now) refuse('the metadata is past its validUntil');
  return { ...lifetime, idp: idpOf(entity, role) };
}

function entityOf(root: XmlElement, wanted: string | undefined): XmlElement {
  const all = is(root, ns.metadata, 'EntityDescriptor') ? [root] : entitiesIn(root);
  const providers = all.filter((entity) => rolesOf(entity).length > 0);
  const chosen = wanted === undefined ? providers : providers.filter((entity) => idOf(entity) === wanted);
  const [entity, ...more] = chosen;
  if (entity === undefined) {
    const which = wanted === undefined ? 'an identity provider' : quote(wanted);
    return misfit(`the metadata does not describe ${which}`);
  }
  if (more.length > 0)
    misfit('the metadata describes several identity providers: name one in `metadata.entityId`');
  return entity;
}

/** Groups of entities may be nested. */
function entitiesIn(root: XmlElement): readonly XmlElement[] {
  if (!is(root, ns.metadata, 'EntitiesDescriptor')) refuse('this is not SAML 2.0 metadata');
  const found: XmlElement[] = [];
  const left = [root];
  for (let group = left.pop(); group !== undefined; group = left.pop()) {
    found.push(...childrenOf(group, ns.metadata, 'EntityDescriptor'));
    left.push(...childrenOf(group, ns.metadata, 'EntitiesDescriptor'));
  }
  return found;
}

function idOf(entity: XmlElement): string {
  return requiredAttribute(entity, 'entityID');
}

function rolesOf(entity: XmlElement): readonly XmlElement[] {
  return childrenOf(entity, ns.metadata, 'IDPSSODescriptor').filter((role) =>
    (attributeOf(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(ns.protocol),
  );
}

function roleOf(entity: XmlElement): XmlElement {
  const [role, ...more] = rolesOf(entity);
  if (role === undefined || more.length > 0)
    return misfit('the metadata has not one SAML 2.0 role of this provider');
  return role;
}

function idpOf(entity: XmlElement, role: XmlElement): Idp {
  const announced = certificatesOf(role);
  if (announced.length === 0) misfit('the metadata has no certificate that signs');
  // One of another kind may be announced for others.
  const certificates = announced.filter(isTrustedKey);
  if (certificates.length === 0)
    misfit(`the metadata has no certificate with an RSA key of ${fewestBits} bits or more`);
  return {
    entityId: idOf(entity),
    certificates,
    signOn: endpointsOf(role, 'SingleSignOnService'),
    logout: endpointsOf(role, 'SingleLogoutService'),
    wantsSignedRequests: /^(true|1)$/.test(attributeOf(role, 'WantAuthnRequestsSigned') ?? ''),
  };
}

/** Redirect first: a request is short, and a redirect needs no script. */
function endpointsOf(role: XmlElement, name: string): Idp['logout'] {
  const all = childrenOf(role, ns.metadata, name).flatMap(
    (service): readonly (Endpoint & { responseUrl?: string })[] => {
      const binding = isBinding(requiredAttribute(service, 'Binding'));
      const url = requiredAttribute(service, 'Location');
      const responseUrl = attributeOf(service, 'ResponseLocation');
      if (binding === undefined || !isWeb(url) || !isWeb(responseUrl ?? url)) return [];
      return [{ binding, url, ...(responseUrl !== undefined && { responseUrl }) }];
    },
  );
  return all.toSorted((a, b) => Number(a.binding === 'post') - Number(b.binding === 'post'));
}

/** Attack: an address that is a script. */
function isWeb(url: string): boolean {
  return /^https?:$/.test(URL.parse(url)?.protocol ?? '');
}

/** Those for signing, and those that say nothing of what they are for; both, while a new one is announced. */
function certificatesOf(role: XmlElement): readonly string[] {
  const found = childrenOf(role, ns.metadata, 'KeyDescriptor')
    .filter((descriptor) => (attributeOf(descriptor, 'use') ?? 'signing') === 'signing')
    .flatMap((descriptor) => childrenOf(descriptor, ns.signature, 'KeyInfo'))
    .flatMap((info) => childrenOf(info, ns.signature, 'X509Data'))
    .flatMap((data) =>
      withoutAuthorities(childrenOf(data, ns.signature, 'X509Certificate').map(readCertificate)),
    );
  return [...new Set(found.map((certificate) => certificate.toString()))];
}

/**
 * Attack: a chain is announced as a whole, and whoever has a key of its authorities signs as the provider. Of the
 * certificates that stand together one has the key, and the others are its chain (XML Signature 1.1, section 4.5.4).
 */
function withoutAuthorities(chain: readonly X509Certificate[]): readonly X509Certificate[] {
  const hasIssued = (one: X509Certificate) =>
    chain.some((other) => other.fingerprint256 !== one.fingerprint256 && other.checkIssued(one));
  return chain.filter((certificate) => !hasIssued(certificate));
}

function readCertificate(element: XmlElement): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(element.textContent ?? '', 'base64'));
  } catch {
    return misfit('a certificate in the metadata is none');
  }
}
