/** `POST /connectors/<id>/webhook`: GitHub tells at once what a refresh would find out minutes later. */
import type { Arrival, Call, Reply } from '@gatehouse/connector-kit';
import type { Upstream } from '../upstream.ts';
import { learnedFrom } from './events.ts';
import { isSigned } from './signature.ts';

/** GitHub lets a delivery be sent again for three days. */
const remembered = 7 * 24 * 3600 * 1000;

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
  const delivery = headers['x-github-delivery'] ?? '';
  const payload = jsonIn(headers['content-type'], body);
  if (payload === undefined || !/^[\w-]{1,100}$/.test(delivery)) {
    return { status: 400, body: 'Choose the content type application/json for this webhook.' };
  }
  const learned = learnedFrom(headers['x-github-event'] ?? '', payload);
  if (learned === null) return { status: 202, body: 'Nothing that is needed here.' };
  if (learned.ids.length === 0) return { status: 202, body: 'It names nobody.' };
  // Attack: somebody who has recorded a delivery sends it again, to throw out a person who has come back since.
  const first = await host.once(`delivery:${delivery}`, new Date(host.now().getTime() + remembered));
  if (!first) return { status: 202, body: 'This delivery was here before.' };
  await host.changed(learned.ids, learned.how);
  call.log.info({ event: headers['x-github-event'], how: learned.how }, 'a github webhook was taken in');
  return { status: 202, body: 'Taken in.' };
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
