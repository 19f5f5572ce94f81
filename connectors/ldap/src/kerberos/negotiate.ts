/** Sign-in with a ticket: the ticket proves the person, and the directory says who that is and whether they may still. */
import type { Accepted, Call, ConnectorHost, Negotiate } from '@gatehouse/connector-kit';
import { requireGoodStanding } from '../account/good-standing.ts';
import { within } from '../config/kerberos.ts';
import type { Kerberos } from '../config.ts';
import type { Directory } from '../directory.ts';
import { names } from '../groups/group.ts';
import { readGroups } from '../groups/read-groups.ts';
import { idOfOne } from '../people/find-person.ts';
import { identityOf, type State } from '../people/identity.ts';
import type { Acceptor } from './acceptor.ts';
import { findByPrincipal } from './person.ts';
import { type Principal, parsePrincipal } from './principal.ts';
import { ticketMark } from './token.ts';

export interface NegotiateParts {
  readonly directory: Directory;
  readonly kerberos: Kerberos;
  readonly acceptor: Acceptor;
  readonly host: Pick<ConnectorHost, 'once' | 'now'>;
}

/** Milliseconds. Far longer than a ticket's use is good for, which is twice the clock skew of krb5.conf (5 minutes). */
const replayWindow = 60 * 60_000;

export function negotiateWith(parts: NegotiateParts): Negotiate<State> {
  return {
    asksFirst: within(parts.kerberos.askFirst),
    accept: (token, call) => accept(parts, Buffer.from(token), call),
  };
}

async function accept(parts: NegotiateParts, token: Buffer, call: Call): Promise<Accepted<State> | null> {
  const mark = ticketMark(token);
  if (mark === null) return refuse(call, 'no Kerberos ticket: NTLM, or another mechanism');
  const verdict = await parts.acceptor.accept(token);
  if ('refused' in verdict) return refuse(call, verdict.refused);
  const principal = parsePrincipal(verdict.principal);
  if (principal === null) return refuse(call, `${verdict.principal} is no person`);
  if (!Object.hasOwn(parts.kerberos.realms, principal.realm)) {
    return refuse(call, `${verdict.principal} is of a realm that is not in \`kerberos.realms\``);
  }
  // GSSAPI remembers the tickets of this machine; this is for those that another replica has seen.
  const until = new Date(parts.host.now().getTime() + replayWindow);
  if (!(await parts.host.once(`ticket ${mark}`, until))) return refuse(call, 'the ticket was used already');
  const identity = await identify(parts, principal, call);
  if (identity === null) return null;
  return { identity, ...(verdict.reply !== undefined && { reply: verdict.reply }) };
}

function refuse(call: Call, reason: string): null {
  call.trace.step('kerberos ticket', { refused: reason });
  call.log.info({ reason }, 'ticket refused');
  return null;
}

async function identify({ directory, kerberos }: NegotiateParts, principal: Principal, call: Call) {
  const { config } = directory;
  return directory.use(directory.deadline(call.signal), async (session) => {
    const person = await findByPrincipal(session, config, kerberos, principal, call);
    if (person === null)
      return refuse(call, `${principal.name}@${principal.realm} is nobody in the directory`);
    call.trace.step('kerberos ticket', { person: person.dn });
    // Whether a password is still good enough is for the KDC to say, which gave the ticket.
    requireGoodStanding(person, directory, call.trace, ['password expired']);
    const id = await idOfOne(session, person, config, call.trace);
    const groups = names(await readGroups(session, person, config, call.trace));
    const identity = identityOf(person, id, groups, config);
    // RFC 8176: integrated authentication. When the person was last asked, a ticket does not tell us.
    return { ...identity, authenticated: { amr: ['wia'] } };
  });
}
