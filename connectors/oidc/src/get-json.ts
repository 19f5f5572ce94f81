/** JSON that is asked of an upstream beside OpenID Connect itself. What is not whole and in form is "could not find out". */
import {
  answerFailed,
  type Call,
  ConnectorError,
  type ConnectorHost,
  readJson,
} from '@gatehouse/connector-kit';
import { placeOf, upstreamFetch } from '@gatehouse/oauth-upstream';
import type { z } from 'zod';

export interface Request<T> {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly form: z.ZodType<T>;
  /** What a 403 means, where it takes a right to ask. */
  readonly forbidden?: string;
  readonly call: Pick<Call, 'signal'>;
}

/** @throws ConnectorError `unavailable`, or `misconfigured` where a right is missing */
export async function getJson<T>(host: ConnectorHost, request: Request<T>): Promise<T> {
  const { url, headers, form, forbidden, call } = request;
  const place = placeOf(url);
  const init = {
    method: 'GET',
    headers: { accept: 'application/json', ...headers },
    redirect: 'manual',
  } as const;
  const answer = await upstreamFetch(host, call)(url.href, init);
  if (answer.status === 403 && forbidden !== undefined)
    throw new ConnectorError('misconfigured', { reason: `${place} ${forbidden}` });
  if (answer.status !== 200) throw answerFailed(answer, place, host.now());
  const read = form.safeParse(await readJson(answer, place));
  if (read.success) return read.data;
  throw new ConnectorError('unavailable', { reason: `${place} sent something of another form` });
}
