/**
 * Whether somebody who is not found has left. A service account that lost a right, a base that was renamed, a replica
 * without its data and one that lags behind all look as if people had left: each of them is `unavailable`.
 */
import type { Call, Identity, Refreshed } from '@gatehouse/connector-kit';
import type { Directory } from '../directory.ts';
import { unavailable } from '../errors.ts';
import { findById } from '../people/find-person.ts';
import type { State } from '../people/identity.ts';
import type { Session } from '../session.ts';
import { proveVisible } from './visibility.ts';

export interface Question {
  readonly directory: Directory;
  readonly identity: Identity<State>;
  readonly call: Call;
  /** The limit on the whole call. */
  readonly signal: AbortSignal;
}

type Gone = Extract<Refreshed<State>, { status: 'gone' }>;

/** @throws ConnectorError `unavailable` or `misconfigured` where it cannot be proved */
export async function whyMissing(question: Question, session: Session): Promise<Gone> {
  const { directory, identity, call } = question;
  const { config } = directory;
  const { filter, baseDn } = config.userSearch;
  const person = filter === undefined ? null : await findByIdAlone(question, session);
  await proveVisible(session, config, identity, call.trace);
  const second = await confirmedBySecond(question, session.server, person !== null);
  const seenBy = second === undefined ? session.server : `${session.server} and ${second}`;
  const fact =
    person === null
      ? `no entry below "${baseDn.join('" or "')}" has this id`
      : `${person.dn} no longer passes \`userSearch.filter\``;
  // Who no longer passes is absent, too: a replica that was restored without its `memberOf` shows a whole company so.
  return { status: 'gone', proof: 'absent', reason: `${fact}, say ${seenBy}` };
}

/** The name of a second server that says the same; undefined where the directory has only one. */
async function confirmedBySecond(
  question: Question,
  first: string,
  filteredOut: boolean,
): Promise<string | undefined> {
  const { directory, signal } = question;
  const servers = await directory.servers(signal);
  if (servers.every((server) => server === first)) return undefined;
  return directory
    .use(
      signal,
      (session) => confirm(question, session, filteredOut),
      (server) => server !== first,
    )
    .catch((error: unknown) => {
      // Not the error as it is: the silence of the second server would pass for one of the first.
      const why = error instanceof Error ? error.message : String(error);
      throw unavailable(`the person was not found on ${first}, which is not confirmed: ${why}`, error);
    });
}

async function confirm(question: Question, session: Session, filteredOut: boolean): Promise<string> {
  const { directory, identity, call } = question;
  const person = filteredOut
    ? await findById(session, directory.config, identity.state, call.trace)
    : await findByIdAlone(question, session);
  if (person !== null) throw unavailable(`${session.server} has ${person.dn}`);
  await proveVisible(session, directory.config, identity, call.trace);
  return session.server;
}

/** Whether or not the person passes the filter. */
function findByIdAlone({ directory: { config }, identity, call }: Question, session: Session) {
  const everybody = { ...config, userSearch: { ...config.userSearch, filter: undefined } };
  return findById(session, everybody, identity.state, call.trace);
}
