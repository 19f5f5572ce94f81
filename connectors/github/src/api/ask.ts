/** One question to GitHub's API in the name of a person. */
import {
  type Call,
  ConnectorError,
  discard,
  fetchFailed,
  type Json,
  readJson,
} from '@gatehouse/connector-kit';
import type { z } from 'zod';
import { below } from '../places.ts';
import type { Upstream } from '../upstream.ts';
import { readAs } from './read-as.ts';
import { refusalOf } from './refusals.ts';
import type { Seen, SeenPage } from './seen.ts';

/** Fixes what the answers look like: https://docs.github.com/rest/about-the-rest-api/api-versions */
export const apiHeaders = {
  accept: 'application/vnd.github+json',
  'x-github-api-version': '2022-11-28',
};

export interface Asker {
  readonly upstream: Upstream;
  readonly call: Call;
  readonly token: string;
  readonly seen: Seen;
}

export interface Answer<T> {
  readonly body: T;
  /** Whether GitHub speaks of a next page. */
  readonly next: boolean;
  /** Ids of organisations that GitHub has left out because they want single sign-on first. */
  readonly hidden: readonly number[];
}

/**
 * Null: there is no such thing (404). Never follows a redirect: where it leads, the token must not go.
 * @throws Refusal
 * @throws ConnectorError `unavailable` for whatever else is not an answer
 */
export async function ask<S extends z.ZodType<Json>>(
  asker: Asker,
  path: string,
  schema: S,
): Promise<Answer<z.output<S>> | null> {
  const known = usable(asker.seen.find(path), schema);
  const response = await send(asker, path, known?.etag);
  switch (response.status) {
    case 200:
      return read(asker, path, schema, response);
    case 404:
      await discard(response);
      return null;
    case 304:
      if (known === undefined) break;
      await discard(response);
      asker.seen.keep(path, known);
      return { body: schema.parse(known.body), next: known.next, hidden: hiddenIn(response) };
  }
  throw await failure(asker, path, response);
}

async function read<S extends z.ZodType<Json>>(
  asker: Asker,
  path: string,
  schema: S,
  response: Response,
): Promise<Answer<z.output<S>>> {
  const hidden = hiddenIn(response);
  const body = readAs(schema, await jsonOf(response, path), path);
  const next = hasNext(response, below(asker.upstream.api, path));
  const etag = response.headers.get('etag');
  // A list with something left out is asked for in full the next time.
  if (etag && hidden.length === 0) asker.seen.keep(path, { etag, next, body });
  return { body, next, hidden };
}

/** What another version of this package has kept may have another shape. */
function usable(page: SeenPage | undefined, schema: z.ZodType): SeenPage | undefined {
  return page && schema.safeParse(page.body).success ? page : undefined;
}

function send({ upstream, call, token }: Asker, path: string, etag: string | undefined): Promise<Response> {
  const headers = {
    ...apiHeaders,
    authorization: `Bearer ${token}`,
    ...(etag !== undefined && { 'if-none-match': etag }),
  };
  return upstream.host
    .fetch(below(upstream.api, path), { headers, signal: call.signal, redirect: 'manual' })
    .catch((error: unknown) => {
      throw fetchFailed(error, "GitHub's API");
    });
}

/** A page that was cut off, and a proxy's page in HTML, are "could not find out". */
async function jsonOf(response: Response, path: string): Promise<unknown> {
  try {
    return await readJson(response, `GitHub, asked for ${path},`);
  } catch (cause) {
    if (!ConnectorError.is(cause)) throw cause;
    throw new ConnectorError('unavailable', { reason: cause.message, cause });
  }
}

async function failure({ upstream, token }: Asker, path: string, response: Response): Promise<Error> {
  const { status, headers } = response;
  const said = messageIn(await jsonOf(response, path).catch(() => null), token);
  if ([301, 401, 403, 429].includes(status)) {
    return refusalOf({ status, headers, said, path }, upstream.host.now());
  }
  return new ConnectorError('unavailable', { reason: `GitHub answered ${path} with status ${status}` });
}

/** For the log. A sentence that has the token in it is not GitHub's. */
function messageIn(body: unknown, token: string): string {
  if (typeof body !== 'object' || body === null || !('message' in body)) return '';
  const { message } = body;
  if (typeof message !== 'string' || message.includes(token)) return '';
  return message
    .replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, 300);
}

/** @throws ConnectorError `unavailable` where something is left out and GitHub does not say whose it is */
function hiddenIn({ headers }: Response): readonly number[] {
  const sso = headers.get('x-github-sso') ?? '';
  if (!/^\s*partial-results\b/i.test(sso)) return [];
  const ids = (/\borganizations=([^;]*)/i.exec(sso)?.[1] ?? '').split(',').map(Number);
  if (ids.every((id) => Number.isSafeInteger(id) && id > 0)) return ids;
  throw new ConnectorError('unavailable', {
    reason: 'GitHub left out organisations that want single sign-on, and did not say which (X-GitHub-SSO)',
  });
}

/**
 * The address in a Link header is never asked: the next page has a number, and we can count. One that leads elsewhere
 * shows that something other than GitHub has answered.
 * @throws ConnectorError `unavailable`
 */
function hasNext({ headers }: Response, asked: URL): boolean {
  const link = /<([^<>]*)>\s*;(?:[^<,]*;)?\s*rel="?next"?/i.exec(headers.get('link') ?? '')?.[1];
  if (link === undefined) return false;
  const next = URL.parse(link, asked.href);
  if (next?.origin !== asked.origin) {
    throw new ConnectorError('unavailable', {
      reason: `the next page of ${asked.pathname} was said to be elsewhere; it was not asked for`,
    });
  }
  return true;
}
