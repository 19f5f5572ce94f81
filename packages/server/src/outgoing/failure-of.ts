/** What the HTTP library and the system throw, in words for the administrator who reads the log. */
import { HttpFailure } from '@gatehouse/connector-kit';

export interface Circumstances {
  /** The origin: a path or a query may hold a secret. */
  readonly where: string;
  /** Whether the time for the whole exchange has passed; in seconds, for the sentence. */
  readonly timeUp: boolean;
  readonly wholeTime: number;
}

export function failureOf(error: unknown, { where, timeUp, wholeTime }: Circumstances): HttpFailure {
  const known = HttpFailure.in(error);
  if (known) return known;
  const cause = { cause: error };
  if (timeUp) {
    return new HttpFailure('too_slow', `no whole answer from ${where} within ${wholeTime} s`, cause);
  }
  const code = codeIn(error);
  const slow = slowness[code];
  if (slow) return new HttpFailure('too_slow', `${slow} ${where} in time`, cause);
  if (distrust.test(code)) {
    const why = distrustInWords[code] ?? 'no authority that is known here has signed it';
    return new HttpFailure(
      'certificate',
      `the certificate of ${where} is not trusted: ${why} (${code})`,
      cause,
    );
  }
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new HttpFailure('too_large', `the head of the answer of ${where} is too large`, cause);
  }
  return new HttpFailure('unreachable', `no whole answer from ${where}${hint(error, code)}`, cause);
}

const slowness: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection to',
  UND_ERR_HEADERS_TIMEOUT: 'no answer from',
  UND_ERR_BODY_TIMEOUT: 'nothing more from',
  ETIMEDOUT: 'no connection to',
};

/** OpenSSL's and Node's words for "I do not trust this certificate". */
const distrust = /^(CERT_|ERR_TLS_CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA)/;

/** Everything else is about who signed it. */
const distrustInWords: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet by the clock of this computer',
  CERT_REVOKED: 'it was revoked',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
  HOSTNAME_MISMATCH: 'it is for another name',
};

const unreached: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'no name server answers',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'no way leads there',
  ENETUNREACH: 'no way leads there',
  EPROTO: 'it does not speak TLS there',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there',
};

function hint(error: unknown, code: string): string {
  const refusedByProxy = causes(error).find(({ message }) => /^Proxy response \(\d{3}\)/.test(message));
  if (refusedByProxy) return `: the proxy answered ${/\d{3}/.exec(refusedByProxy.message)}`;
  const words = unreached[code];
  if (words) return `: ${words} (${code})`;
  return code === '' ? '' : ` (${code})`;
}

/** The innermost code says most. */
function codeIn(error: unknown): string {
  const codes = causes(error).flatMap((each) =>
    'code' in each && typeof each.code === 'string' && /^[A-Z0-9_]{1,60}$/.test(each.code) ? [each.code] : [],
  );
  return codes.at(-1) ?? '';
}

function causes(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && chain.length < 8; at = at.cause) chain.push(at);
  return chain;
}
