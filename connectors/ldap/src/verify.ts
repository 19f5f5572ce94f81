/** Checks a name and a password. */
import type { Call, Identity } from '@gatehouse/connector-kit';
import { bindDecoy, bindPerson } from './bind.ts';
import type { Directory } from './directory.ts';
import { findByName } from './find-person.ts';
import { names } from './groups/group.ts';
import { readGroups } from './groups/read-groups.ts';
import { identityOf, personId, type State } from './identity.ts';
import { limits } from './limits.ts';

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * An unknown name and a wrong password cost the same: a connection, a service bind, a search, a second connection,
 * a bind with the typed password. Attributes and groups are read only for whom the password was right.
 */
export async function verify(
  directory: Directory,
  credentials: Credentials,
  call: Call,
): Promise<Identity<State> | null> {
  if (!isWorthAsking(credentials)) return null;
  const { config } = directory;
  const signal = directory.deadline(call.signal);
  return directory.use(signal, async (session) => {
    const person = await findByName(session, directory, credentials.username, call);
    const verdict =
      person === null
        ? await bindDecoy(session, config, credentials.password)
        : await bindPerson(session, person.dn, credentials.password);
    call.trace.step('ldap password', { person: person?.dn ?? null, verdict });
    if (person === null || verdict === 'wrong') return null;

    await directory.provesItRefusesStrangers(session);
    const groups = names(await readGroups(session, person, config, call.trace));
    return identityOf(person, personId(person, config), groups, config);
  });
}

/**
 * What no directory needs to see. An empty password is an "unauthenticated bind" (RFC 4513, section 5.1.2), which many
 * directories answer with success; a NUL, or characters that string preparation removes (RFC 4518), can make a password
 * empty on the way. A lone surrogate would be replaced on the wire, and several passwords would become one.
 */
function isWorthAsking({ username, password }: Credentials): boolean {
  return isProperText(username, limits.usernameBytes) && isProperText(password, limits.passwordBytes);
}

function isProperText(text: string, maxBytes: number): boolean {
  const visible = /[^\s\p{C}\p{M}]/u;
  return (
    visible.test(text) && text.isWellFormed() && !text.includes('\0') && Buffer.byteLength(text) <= maxBytes
  );
}
