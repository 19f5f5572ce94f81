/** `gatehouse connector check`: what can be known of a provider that only browsers talk to. */
import { X509Certificate } from 'node:crypto';
import { adviceOnFetch, type Call, type Check, discard } from '@gatehouse/connector-kit';
import type { Idp } from './idp.ts';
import type { SamlRoom } from './login.ts';
import { fingerprint } from './signature/key-info.ts';

export async function check(room: SamlRoom, call: Call): Promise<readonly Check[]> {
  const idp = await room.source.current(call.signal).catch((error: unknown) => error);
  if (!isIdp(idp)) {
    const detail = idp instanceof Error ? idp.message : 'unknown failure';
    const advice = adviceOnFetch(idp) ?? adviceOnMetadata(room);
    return [{ name: 'the metadata of the identity provider', ok: false, detail, advice }];
  }
  return [
    { name: 'the identity provider is described', ok: true, detail: idp.entityId },
    ...idp.certificates.map((certificate) => certificateCheck(certificate, room)),
    await signOnAnswers(idp, room, call),
    { name: 'our own side', ok: true, detail: `our entity id is ${room.us.entityId}` },
    groups(room),
    signOut(idp, room),
  ];
}

function adviceOnMetadata({ config: { metadata } }: SamlRoom): string {
  if (metadata?.xml !== undefined)
    return 'Compare the file with what the provider offers as its metadata, and `metadata.entityId` and `metadata.certificates` with what is in it.';
  return 'Open `metadata.url` from this computer without being signed in anywhere: it has to show XML that begins with EntityDescriptor or EntitiesDescriptor. Where it is only to be had after a sign-in, save it, and write `metadata.xml`.';
}

function isIdp(found: unknown): found is Idp {
  return typeof found === 'object' && found !== null && 'entityId' in found;
}

/** Its dates do not decide (the key is pinned), but a provider that renews by the calendar is about to. */
function certificateCheck(certificate: string, { host }: SamlRoom): Check {
  const { validTo } = new X509Certificate(certificate);
  const over = new Date(validTo) <= host.now();
  const detail = `SHA-256 ${fingerprint(certificate)}, until ${new Date(validTo).toISOString().slice(0, 10)}`;
  return { name: 'a certificate that may sign', ok: true, detail: over ? `${detail} (past)` : detail };
}

/** It answers a bare request with any page it likes; that it answers is what counts. */
async function signOnAnswers({ signOn }: Idp, { host }: SamlRoom, { signal }: Call): Promise<Check> {
  const name = 'the address to sign in at answers';
  const advice =
    'Open it in a browser on this computer. If only the network of the people can reach it, sign-ins work all the same.';
  const [to] = signOn;
  if (to === undefined) return { name, ok: false, advice: 'The metadata names none by redirect or POST.' };
  try {
    const response = await host.fetch(to.url, { signal, redirect: 'manual' });
    await discard(response);
    const fine = response.status < 500;
    return { name, ok: fine, detail: `${to.url}: ${response.status}`, ...(!fine && { advice }) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unknown failure';
    return { name, ok: false, detail: `${to.url}: ${detail}`, advice };
  }
}

function groups({ config: { attributes } }: SamlRoom): Check {
  const name = 'groups';
  if (attributes.groups !== undefined) return { name, ok: true, detail: `from "${attributes.groups}"` };
  const advice =
    'If people are to have some, write the attribute that has them as `attributes.groups`; `connector try` shows all that are sent.';
  return { name, ok: true, detail: 'none are read', advice };
}

/** Whether whoever signs out here is signed out there, too; not to be is no fault. */
function signOut({ logout }: Idp, { config: { signing } }: SamlRoom): Check {
  const name = 'signing out there as well';
  const [to] = logout;
  if (to === undefined) return { name, ok: true, detail: 'no: the provider names no address for it' };
  if (signing === undefined) return { name, ok: true, detail: 'no: that takes `signing`' };
  return { name, ok: true, detail: to.url };
}
