/** GitHub says no in many ways, most of them a 403 with a sentence. Here each gets a name. */
import { ConnectorError, retryAfter } from '@gatehouse/connector-kit';

/**
 * - `token`: it does not know the token (any more).
 * - `suspended`: the account is.
 * - `sso`: the organisation wants its SAML single sign-on first.
 * - `unapproved`: the organisation has not let the app in.
 * - `addresses`: the organisation takes requests from listed IP addresses only, and ours is not one.
 * - `moved`: what was asked for has another name now. Where to, is not followed.
 * - `forbidden`: anything else, mostly a permission that the app lacks.
 */
export type RefusalKind = 'token' | 'suspended' | 'sso' | 'unapproved' | 'addresses' | 'moved' | 'forbidden';

/** Whether it is about a person or an organisation, and what follows, only the asker knows. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly kind: RefusalKind;
  /** Where GitHub says that single sign-on begins. */
  readonly ssoUrl: string | undefined;

  constructor(kind: RefusalKind, message: string, ssoUrl?: string) {
    super(message);
    this.kind = kind;
    this.ssoUrl = ssoUrl;
  }
}

/** In order: the first that fits. The sentences are those of api.github.com and Enterprise Server. */
const sentences: readonly (readonly [RegExp, RefusalKind])[] = [
  // Theirs: an organisation's account can be suspended too, and says nothing about its members.
  [/\byour account (?:was|is|has been) suspended/i, 'suspended'],
  [/SAML enforcement|SAML SSO/i, 'sso'],
  [/OAuth App access restrictions/i, 'unapproved'],
  [/Resource not accessible by integration|blocked by the organization/i, 'unapproved'],
  [/IP allow list/i, 'addresses'],
];

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  /** The `message` of the body, already fit for the log. */
  readonly said: string;
  /** What was asked. */
  readonly path: string;
}

/** What a 301, 401, 403 or 429 means. */
export function refusalOf(answered: Answered, now: Date): Refusal | ConnectorError {
  const { status, headers, said, path } = answered;
  const reason = `GitHub refused ${path} with status ${status}${said === '' ? '' : ` (${said})`}`;
  if (isRateLimit(answered)) return rateLimited(answered, now);
  if (status === 401) return new Refusal('token', reason);
  if (status === 301) return new Refusal('moved', reason);
  const sso = headers.get('x-github-sso') ?? '';
  if (/^required\b/.test(sso)) return new Refusal('sso', reason, /\burl=(\S+)/.exec(sso)?.[1]);
  const kind = sentences.find(([sentence]) => sentence.test(said))?.[1] ?? 'forbidden';
  return new Refusal(kind, reason);
}

function isRateLimit({ status, headers, said }: Answered): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers.get('x-ratelimit-remaining') === '0' || headers.has('retry-after') || /rate limit/i.test(said)
  );
}

/** Seconds: what GitHub asks for when a secondary limit names no time. */
const usualWait = 60;
/** The primary limit is one of an hour. */
const longestWait = 3600;

function rateLimited({ headers, path }: Answered, now: Date): ConnectorError {
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  const primary = headers.get('x-ratelimit-remaining') === '0' && Number.isSafeInteger(reset);
  const untilReset = primary ? reset - Math.floor(now.getTime() / 1000) : undefined;
  const wait = retryAfter(headers, now) ?? untilReset ?? usualWait;
  return new ConnectorError('unavailable', {
    reason: `GitHub's ${primary ? 'primary' : 'secondary'} rate limit was reached at ${path}`,
    retryAfter: Math.min(Math.max(wait, 1), longestWait),
  });
}
