/** Everything about the person that a token stands for. */
import { type Call, ConnectorError, type Identity } from '@gatehouse/connector-kit';
import { type Asker, ask } from '../api/ask.ts';
import { Seen, type SeenPages } from '../api/seen.ts';
import { type User, user } from '../api/shapes.ts';
import type { State, Tokens } from '../state.ts';
import type { Upstream } from '../upstream.ts';
import { type Admission, admit } from './admission.ts';
import { type Belonging, readBelonging } from './belonging.ts';
import { type Address, readEmail } from './emails.ts';
import { groupsOf } from './groups.ts';

export interface Person {
  readonly identity: Identity<State>;
  readonly admission: Admission;
}

/** @throws ClosedOrg, ConnectorError, Refusal */
export async function readPerson(
  upstream: Upstream,
  tokens: Tokens,
  call: Call,
  before?: SeenPages,
): Promise<Person> {
  const asker: Asker = { upstream, call, token: tokens.token, seen: new Seen(before) };
  const them = await readUser(asker);
  const email = await readEmail(asker);
  const belonging = await readBelonging(asker);
  const groups = groupsOf(belonging, upstream.config);
  traceBelonging(asker, belonging);
  const state = { ...tokens, seen: asker.seen.pages() };
  return {
    identity: identityOf(them, email, groups, state),
    admission: admit(them.login, belonging, upstream),
  };
}

async function readUser(asker: Asker): Promise<User> {
  const answer = await ask(asker, '/user', user);
  if (answer === null)
    throw new ConnectorError('unavailable', { reason: 'GitHub does not show the account itself' });
  const { id, login, name } = answer.body;
  asker.call.trace.step('github account', { id, login, name });
  return answer.body;
}

/** The id is the number: a login that was given up can be registered by anybody. */
function identityOf(
  { id, login, name }: User,
  email: Address | undefined,
  groups: readonly string[],
  state: State,
): Identity<State> {
  const displayName = name?.trim();
  return {
    upstreamId: String(id),
    username: login,
    ...(displayName && { displayName }),
    ...(email && { email }),
    groups,
    state,
  };
}

/** GitHub keeps quiet about organisations that have not let the app in, so that nobody else can say what is missing. */
const unlisted =
  'without those that have not approved or installed this app, which GitHub leaves out: name them under `orgs` to be told';

function traceBelonging({ upstream, call }: Asker, { memberships, orgs, teams }: Belonging): void {
  const { trace } = call;
  trace.step('github organisations', {
    listed: memberships.map(({ org, state }) => ({ name: org.name, membership: state })),
    all: orgs.map(({ id, login }) => ({ id, login })),
    ...(upstream.config.loadAllGroups && { unlisted }),
  });
  trace.step('github teams', {
    teams: teams.map(({ id, name, slug, organization }) => ({ id, name, slug, org: organization.login })),
  });
}
