/**
 * Every way in which the broker says no. `docs/errors.md` is generated from this table.
 *
 * `sentence` is what a person reads; it never contains an upstream's own words. `operator` is what to do about it.
 */
export type LogLevel = 'info' | 'warn' | 'error';

export interface ErrorEntry {
  readonly status: number;
  readonly sentence: string;
  readonly level: LogLevel;
  readonly operator: string;
}

export const errorTable = {
  // The person
  wrong_password: {
    status: 401,
    sentence: 'That name and password do not match.',
    level: 'info',
    operator:
      'Nobody by that name, or a wrong password; the two cannot be told apart from outside. The log line names the connector.',
  },
  too_many_attempts: {
    status: 429,
    sentence: 'Too many attempts. Please wait a moment and try again.',
    level: 'warn',
    operator:
      'One account or one address has tried too often. If many people share an address, raise `limits.passwordAttempts` or check `trustedProxies`.',
  },
  upstream_denied: {
    status: 403,
    sentence: 'You cannot sign in with this account at the moment. Please ask your administrator.',
    level: 'info',
    operator:
      'The upstream refused this person (disabled, expired, locked, consent denied). The log has its reason.',
  },
  not_allowed: {
    status: 403,
    sentence: 'Your account is not allowed to use this service. Please ask your administrator for access.',
    level: 'info',
    operator:
      'The person was recognised, but a rule of the connector or the client keeps them out. The log names the rule.',
  },
  reserved_name: {
    status: 403,
    sentence: 'Your account has a name that is reserved. Please ask your administrator.',
    level: 'warn',
    operator:
      'The user name, name or e-mail begins with `system:`, which Kubernetes reserves for itself. Rename the account at the upstream.',
  },
  // The sign-in
  sign_in_expired: {
    status: 400,
    sentence: 'This sign-in has expired. Please go back to the application and start again.',
    level: 'info',
    operator: 'The page stayed open for longer than a sign-in lives (10 minutes), or it was already used.',
  },
  other_browser: {
    status: 400,
    sentence: 'This sign-in was started in another browser. Please start again from the application.',
    level: 'warn',
    operator:
      'The answer of the upstream came back to a browser that did not begin this sign-in: a blocked cookie, or somebody tried to plant a sign-in.',
  },
  form_expired: {
    status: 403,
    sentence: 'This form is no longer valid. Please start again.',
    level: 'info',
    operator: 'The CSRF token of the form did not match: a very old page, blocked cookies, or a forged form.',
  },
  bad_upstream_response: {
    status: 502,
    sentence: 'The sign-in service sent an answer that cannot be trusted. Please try again.',
    level: 'warn',
    operator:
      'The answer was malformed, forged, replayed or for somebody else. The log names the check that failed.',
  },
  no_connector: {
    status: 403,
    sentence: 'There is no way to sign in to this application.',
    level: 'warn',
    operator: "None of the client's `connectors` exists, or the one asked for is not allowed for it.",
  },
  // The machinery
  upstream_unavailable: {
    status: 503,
    sentence: 'The sign-in service cannot be reached at the moment. Please try again in a few minutes.',
    level: 'error',
    operator: 'The upstream did not answer, or not completely. Run `gatehouse connector check <id>`.',
  },
  misconfigured: {
    status: 500,
    sentence: 'This way to sign in is not set up correctly. Please tell your administrator.',
    level: 'error',
    operator:
      'Only a change of the configuration helps; the log says which. Run `gatehouse connector check <id>`.',
  },
  storage_unavailable: {
    status: 503,
    sentence: 'The service is not available at the moment. Please try again in a minute.',
    level: 'error',
    operator: 'PostgreSQL cannot be reached or does not answer in time. `/readyz` says the same.',
  },
  not_found: {
    status: 404,
    sentence: 'There is no such page here.',
    level: 'info',
    operator: 'A wrong address. The issuer may have a path prefix that is missing from it.',
  },
  bad_request: {
    status: 400,
    sentence: 'The request could not be understood.',
    level: 'info',
    operator: 'A malformed request, too large a body, or the wrong method.',
  },
  internal: {
    status: 500,
    sentence: 'Something went wrong on our side. Please try again.',
    level: 'error',
    operator: 'A fault in Gatehouse. The log line with the same request id has the cause; please report it.',
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

export interface BrokerErrorOptions {
  /** For the log. */
  readonly reason?: string;
  /** Replaces the table's sentence; only where the upstream has proved who is asking. */
  readonly personMessage?: string;
  /** An address in `personMessage` that a page shows as a link. */
  readonly personLink?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly connectorId?: string;
  readonly cause?: unknown;
}

/** The one error that pages and endpoints know how to answer. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly code: ErrorCode;
  readonly personMessage: string | undefined;
  readonly personLink: string | undefined;
  readonly retryAfter: number | undefined;
  readonly connectorId: string | undefined;

  constructor(code: ErrorCode, options: BrokerErrorOptions = {}) {
    super(options.reason ?? errorTable[code].sentence, { cause: options.cause });
    this.code = code;
    this.personMessage = options.personMessage;
    this.personLink = options.personLink;
    this.retryAfter = options.retryAfter;
    this.connectorId = options.connectorId;
  }

  get entry(): ErrorEntry {
    return errorTable[this.code];
  }

  get sentence(): string {
    return this.personMessage ?? this.entry.sentence;
  }
}
