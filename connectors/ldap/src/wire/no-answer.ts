/**
 * There was no answer: not "no", and not "yes". What kind of silence it was says whether the connection, or the whole
 * server, is to be left alone.
 */
import { ConnectorError } from '@gatehouse/connector-kit';

export type Silence =
  /** No connection, or no TLS that we trust: nothing was asked. */
  | 'unreachable'
  /** The connection ended. */
  | 'lost'
  /** The connection had rested, and ended as it was used again: most likely the server had closed it before. */
  | 'stale'
  /** What came is not LDAP, or answers something else. */
  | 'broken'
  /** Nothing at all was answered in the time that one answer may take. */
  | 'silent'
  /** This was not answered in time; other things were. */
  | 'slow'
  /** The server says that it is busy or going down. */
  | 'busy'
  /** The connection has lost its bind: Active Directory does that, and the answers would be for nobody. */
  | 'unbound'
  /** We did not wait for the answer. */
  | 'left';

export class NoAnswer extends ConnectorError {
  readonly silence: Silence;

  constructor(
    silence: Silence,
    reason: string,
    cause?: unknown,
    code: ConnectorError['code'] = 'unavailable',
  ) {
    super(code, { reason, cause });
    this.silence = silence;
  }
}

/** For whoever leaves before there is a connection. */
export const leftConnecting = 'the call was ended while connecting to the directory';

/** Milliseconds, in which a server that is well has answered something. */
const FAIR_WAIT = 1000;

/**
 * A call that ran out of time while nothing came is the server's silence; a person who went away, and work that is
 * better done elsewhere, say nothing of it.
 *
 * Attack: so many passwords at once that whoever waits behind them has no time left for the search that follows. If that
 * were silence, a server that is only busy would count as away, and everybody's searches there would be cut off.
 *
 * @param since when it was asked, by `performance.now()`
 */
export function notAwaited(reason: unknown, words: string, since: number, silent = true): NoAnswer {
  const outOfTime = reason instanceof Error && reason.name === 'TimeoutError';
  const isSilence = outOfTime && silent && performance.now() - since >= FAIR_WAIT;
  return new NoAnswer(isSilence ? 'silent' : 'left', words, reason);
}

/** For the log: with the system's own word for it, such as `ECONNREFUSED`. */
export function reasonOf({ message, cause }: NoAnswer): string {
  const code =
    cause instanceof Error && cause.name !== 'AbortError' && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && !message.includes(code) ? `${message} (${code})` : message;
}
