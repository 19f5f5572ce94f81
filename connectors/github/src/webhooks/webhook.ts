/** `POST /connectors/<id>/webhook`: GitHub tells at once what a refresh would find out minutes later. */
import { createHash } from 'node:crypto';
import type { Arrival, Call, Reply } from '@gatehouse/connector-kit';
import type { Upstream } from '../upstream.ts';
import { learnedFrom } from './events.ts';
import { isSigned } from './signature.ts';

/** Milliseconds. Whoever has recorded a delivery may wait. */
const rememberedAsProof = 3650 * 24 * 3600 * 1000;

export async function webhook(upstream: Upstream, arrival: Arrival, call: Call): Promise<Reply> {
  const { config, host } = upstream;
  const { headers, body } = arrival;
  if (arrival.method !== 'POST' || body === undefined) {
    return { status: 405, headers: { allow: 'POST' }, body: 'This is for the webhooks of GitHub.' };
  }
  if (!isSigned(body, headers['x-hub-signature-256'], config.webhookSecrets ?? [])) {
    call.log.warn({}, 'a github webhook with a wrong signature was refused');
    return { status: 401, body: 'The signature is missing or wrong. Is the secret the same at both ends?' };
  }
  const payload = jsonIn(headers['content-type'], body);
  if (payload === undefined) {
    return { status: 400, body: 'Choose the content type application/json for this webhook.' };
  }
  const learned = learnedFrom(headers['x-github-event'] ?? '', payload);
  if (learned === null) return { status: 202, body: 'Nothing that is needed here.' };
  if (learned.ids !== 'everybody' && learned.ids.length === 0)
    return { status: 202, body: 'It names nobody.' };
  // What is to be asked about is asked about each time: a delivery that failed half-way counts when it is sent again.
  const how = learned.how === 'gone' ? await asProof(upstream, body) : learned.how;
  await host.changed(learned.ids, how);
  call.log.info({ event: headers['x-github-event'], how }, 'a github webhook was taken in');
  return { status: 202, body: 'Taken in.' };
}

/**
 * Attack: somebody who has recorded a delivery sends it again, to throw out a person who has come back since. The signature
 * covers neither the delivery's id nor any time, so what was said once proves nothing when it is said again: GitHub is asked.
 */
async function asProof({ host }: Upstream, body: Uint8Array): Promise<'gone' | 'recheck'> {
  const digest = createHash('sha256').update(body).digest('base64url');
  const first = await host.once(`body:${digest}`, new Date(host.now().getTime() + rememberedAsProof));
  return first ? 'gone' : 'recheck';
}

/** Undefined: it is not JSON. */
function jsonIn(contentType: string | undefined, body: Uint8Array): unknown {
  if (!/^application\/json\b/i.test(contentType ?? '')) return undefined;
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}
