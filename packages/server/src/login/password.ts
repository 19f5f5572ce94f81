/** The form for name and password, and what becomes of what was typed. */
import type { Identity, Json, PasswordLogin } from '@gatehouse/connector-kit';
import { BrokerError, type ErrorCode } from '@gatehouse/core';
import type { Context } from 'koa';
import { callConnector } from '../connectors/call-connector.ts';
import type { OpenConnector } from '../connectors/open-connector.ts';
import { setRetryAfter, toBrokerError } from '../http/error-surface.ts';
import { factsOf } from '../http/facts.ts';
import { field } from '../http/form.ts';
import { show } from '../http/show.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { longestPassword, longestUsername, passwordPage } from '../pages/password.ts';
import { complete } from './complete.ts';
import type { LoginRoom } from './login-room.ts';
import { addressOf, choiceOf, returnFormOf, useConnector } from './sign-in.ts';

export interface PasswordStep {
  readonly pending: PendingSignIn;
  readonly open: OpenConnector;
  readonly login: PasswordLogin<Json>;
}

interface Typed {
  readonly username: string;
  readonly password: string;
}

interface Around {
  readonly status?: number;
  /** Where the browser is asked for a ticket instead. */
  readonly ticket?: string | undefined;
}

export function askPassword(room: LoginRoom, ctx: Context, step: PasswordStep, around: Around = {}): void {
  const hint = step.pending.wish.loginHint ?? '';
  showForm(room, ctx, step, { username: hint.length <= longestUsername ? hint : '', ...around });
}

export async function submitPassword(
  room: LoginRoom,
  ctx: Context,
  pending: PendingSignIn,
  form: URLSearchParams,
): Promise<void> {
  const open = useConnector(room, ctx, pending, String(ctx.params.connector));
  const { login } = open.connector;
  if (login.kind !== 'password') throw new BrokerError('bad_request', { reason: 'no password connector' });
  const step = { pending, open, login };
  const typed = { username: field(form, 'login'), password: field(form, 'password') };
  try {
    const identity = await verify(room, ctx, step, typed);
    await complete(room, ctx, { pending, open, identity, remember: field(form, 'remember') === 'yes' });
  } catch (error) {
    showProblem(room, ctx, step, typed.username, toBrokerError(error));
  }
}

/** @throws BrokerError `wrong_password` and whatever else stands in the way */
async function verify(
  room: LoginRoom,
  ctx: Context,
  step: PasswordStep,
  typed: Typed,
): Promise<Identity<Json>> {
  if (isHopeless(typed)) throw new BrokerError('wrong_password', { reason: 'empty or too long' });
  const { id } = step.open.entry;
  const attempt = { connectorId: id, username: typed.username, address: factsOf(ctx).address };
  await room.attempts.count(attempt);
  const accounts = room.attempts.accountsOf(attempt);
  const { mayTry } = accounts;
  const identity = await callConnector(ctx, id, (call) =>
    step.login.verify({ ...typed, mayTry }, call),
  ).catch(hideState);
  if (identity === null) throw new BrokerError('wrong_password', { connectorId: id });
  await room.attempts.forgive(attempt);
  await accounts.forgive();
  return identity;
}

/**
 * Refused before anybody is asked. An empty password must never reach a directory: to many, a bind without one is an
 * anonymous bind that succeeds (RFC 4513, section 5.1.2); and some end the text at a NUL.
 */
function isHopeless({ username, password }: Typed): boolean {
  return (
    username.trim() === '' ||
    password === '' ||
    username.length > longestUsername ||
    password.length > longestPassword ||
    username.includes('\0') ||
    password.includes('\0')
  );
}

/**
 * "Disabled" or "locked" without proof that the password was right would tell a guesser which accounts exist: then
 * the person gets the same sentence as everybody else, and the log the truth.
 */
function hideState(error: unknown): never {
  if (error instanceof BrokerError && error.code === 'upstream_denied' && error.personMessage === undefined) {
    const { message: reason, cause, connectorId } = error;
    throw new BrokerError('wrong_password', {
      reason,
      cause,
      ...(connectorId !== undefined && { connectorId }),
    });
  }
  throw error;
}

/** After these the person can try again right there, with the name still in its field. */
const shownInForm: ReadonlySet<ErrorCode> = new Set([
  'wrong_password',
  'too_many_attempts',
  'upstream_unavailable',
]);

function showProblem(
  room: LoginRoom,
  ctx: Context,
  step: PasswordStep,
  username: string,
  error: BrokerError,
): void {
  if (!shownInForm.has(error.code)) throw error;
  refuse(room, ctx, step, username, error);
}

/** The form once more, with what stood in the way; and a line in the log. */
export function refuse(
  room: LoginRoom,
  ctx: Context,
  step: PasswordStep,
  username: string,
  error: BrokerError,
): void {
  const { id } = step.open.entry;
  const account = room.attempts.accountMark({ connectorId: id, username });
  const facts = { code: error.code, connector: id, client: step.pending.client.id, account, error };
  factsOf(ctx).log[error.entry.level](facts, 'sign-in refused');
  setRetryAfter(ctx, error);
  showForm(room, ctx, step, { username: username.slice(0, longestUsername), error });
}

function showForm(
  room: LoginRoom,
  ctx: Context,
  { pending, open, login }: PasswordStep,
  { username, error, status, ticket }: Around & { readonly username: string; readonly error?: BrokerError },
): void {
  const page = passwordPage(room.site, {
    clientName: pending.client.name,
    connectorName: open.entry.name,
    usernameLabel: login.usernameLabel,
    action: addressOf(room, pending, 'with', open.entry.id),
    csrf: room.formTokens.issue(pending.uid),
    username,
    ...(error !== undefined && { problem: error.sentence }),
    ...(error?.code === 'upstream_unavailable' && { requestId: factsOf(ctx).id }),
    ...(ticket !== undefined && { ticket }),
    offerRemember: room.config.sessions.remember > 0,
    ...choiceOf(room, pending),
    back: returnFormOf(room, pending),
  });
  show(ctx, error?.entry.status ?? status ?? 200, page);
}
