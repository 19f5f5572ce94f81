/** How an answer is refused: with a reason for the administrator that quotes no more than is needed. */
import { ConnectorError } from '@gatehouse/connector-kit';

/** The answer is malformed, forged, replayed, stale, or meant for somebody else. */
export function refuse(reason: string): never {
  throw new ConnectorError('bad_response', { reason });
}

/** The identity provider and this configuration do not fit together. */
export function misfit(reason: string): never {
  throw new ConnectorError('misconfigured', { reason });
}

/** What a stranger may have written, as it may stand in a log. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
