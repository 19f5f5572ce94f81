/** What a person is called on our pages and in the `name` claim. */
import type { Identity, Json, Log } from '@gatehouse/connector-kit';
import { isReadable } from './readable-text.ts';

type Named = Pick<Identity<Json>, 'username' | 'displayName'>;

/** The user name where there is no other, and where the other could be read as somebody else's or garble a terminal. */
export function displayNameOf({ username, displayName }: Named): string {
  return displayName && isReadable(displayName) ? displayName : username;
}

/** Nobody is kept out by a name that is for show alone. The name stays out of the line: it could forge one. */
export function logUnreadableName(
  log: Log,
  { connectorId: connector, subject }: { connectorId: string; subject: string },
  { displayName = '' }: Named,
): void {
  if (isReadable(displayName)) return;
  log.warn({ connector, subject }, 'display name unreadable, the user name is used instead');
}
