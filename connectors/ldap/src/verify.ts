/** Checks a name and a password. */
import type { Call, Identity } from '@gatehouse/connector-kit';
import type { BindAnswer, Refused, Right } from './account/bind-answer.ts';
import { requireGoodStanding } from './account/good-standing.ts';
import { type Credentials, exceptGuesses } from './account/guesses.ts';
import { type AccountState, type Finding, refuse, refuseInSilence } from './account/states.ts';
import { bindDecoy, bindPerson } from './bind.ts';
import type { Directory } from './directory.ts';
import type { Entry } from './entry.ts';
import { names } from './groups/group.ts';
import { readGroups } from './groups/read-groups.ts';
import { limits } from './limits.ts';
import { findByName, idOfOne } from './people/find-person.ts';
import { identityOf, type State } from './people/identity.ts';
import type { Session } from './session.ts';

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
    const found = await findByName(session, directory, credentials.username, call);
    const person = await exceptGuesses(found, credentials, config, call);
    const answer =
      person === null
        ? await bindDecoy(session, config, credentials.password)
        : await bindPerson(session, person.dn, credentials.password);
    call.trace.step('ldap password', { person: person?.dn ?? null, ...factsOf(answer) });
    if (person === null || answer.verdict === 'wrong') return null;
    if (answer.verdict === 'refused') {
      const finding = await provedBy(answer, directory, session, call);
      throw finding
        ? refuse(person.dn, finding, config.passwordChangeUrl)
        : refuseInSilence(person.dn, answer.reason);
    }

    // Before anything is told: the "yes" of a directory that accepts everything proves nothing about the password.
    await directory.provesItRefusesStrangers(session);
    requireGoodStanding(person, directory, call.trace, settledBy(answer));
    if (answer.graceLogins !== undefined) logGrace(person, answer.graceLogins, call);
    const id = await idOfOne(session, person, config, call.trace);
    const groups = names(await readGroups(session, person, config, call.trace));
    return identityOf(person, id, groups, config);
  });
}

async function provedBy(
  { finding, claim }: Refused,
  { comparing }: Directory,
  session: Session,
  { trace }: Call,
): Promise<Finding | undefined> {
  if (claim === undefined) return finding;
  return (await comparing.has(session, trace)) ? claim : undefined;
}

/** A lock that has run out may still be written in the entry, and a grace login is there for expired passwords. */
function settledBy({ graceLogins }: Right): readonly AccountState[] {
  return graceLogins === undefined ? ['account locked'] : ['account locked', 'password expired'];
}

function logGrace({ dn }: Entry, graceLogins: number, call: Call): void {
  call.log.warn({ person: dn, graceLogins }, 'the password has expired, and the directory still lets it in');
}

function factsOf(answer: BindAnswer): { readonly [fact: string]: string | number } {
  const { verdict } = answer;
  if (verdict === 'refused') return { verdict, reason: answer.reason, ...(answer.finding ?? answer.claim) };
  return {
    verdict,
    ...(verdict === 'right' && answer.graceLogins !== undefined && { graceLogins: answer.graceLogins }),
  };
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
