/**
 * Sign-in without typing, by the Kerberos ticket that a computer of the company has (HTTP Negotiate, RFC 4559).
 *
 * The question is a 401 whose body is the form: a browser without a ticket for us shows it, and nobody has lost a
 * step. The answer is read at this one address, in the browser whose cookie began the sign-in, and asked for once:
 * whatever does not fit is answered with the form and without a second question, to which browsers on Windows would
 * open a dialog of their own (and send NTLM).
 */
import type { Identity, Json, Negotiate } from '@gatehouse/connector-kit';
import { BrokerError, type ErrorCode } from '@gatehouse/core';
import type { Context } from 'koa';
import { callConnector } from '../connectors/call-connector.ts';
import { toBrokerError } from '../http/error-surface.ts';
import { factsOf } from '../http/facts.ts';
import { goTo } from '../http/show.ts';
import { hasSignedOut } from '../http/sign-out-mark.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { complete } from './complete.ts';
import type { LoginRoom } from './login-room.ts';
import { askPassword, type PasswordStep, refuse } from './password.ts';
import { addressOf, useConnector } from './sign-in.ts';

/** The form, or the question for a ticket before it. */
export function beginPassword(room: LoginRoom, ctx: Context, step: PasswordStep): void {
  if (asksFirst(room, ctx, step)) goTo(ctx, ticketAddress(room, step));
  else askPassword(room, ctx, step, { ticket: offerOf(room, step) });
}

/** `/login/:uid/with/:connector/form`: no question before it. "Try again" leads here. */
export async function showForm(room: LoginRoom, ctx: Context, pending: PendingSignIn): Promise<void> {
  const step = stepOf(room, ctx, pending);
  askPassword(room, ctx, step, { ticket: offerOf(room, step) });
}

/** `/login/:uid/with/:connector/ticket` */
export async function takeTicket(room: LoginRoom, ctx: Context, pending: PendingSignIn): Promise<void> {
  const step = stepOf(room, ctx, pending);
  const { negotiate } = step.login;
  if (negotiate === undefined || mustType(pending)) return askPassword(room, ctx, step);
  if (ctx.get('authorization') === '') return ask(room, ctx, step);
  const token = tokenOf(ctx.get('authorization'));
  if (token === null) return askPassword(room, ctx, step);
  await signInWith(room, ctx, step, negotiate, token);
}

function stepOf(room: LoginRoom, ctx: Context, pending: PendingSignIn): PasswordStep {
  const open = useConnector(room, ctx, pending, String(ctx.params.connector));
  const { login } = open.connector;
  if (login.kind !== 'password') throw new BrokerError('bad_request', { reason: 'no password connector' });
  return { pending, open, login };
}

/** A ticket says when the computer got it, if anything: it is no answer to `prompt=login` and `max_age`. */
function mustType({ wish }: PendingSignIn): boolean {
  return wish.fresh || wish.maxAge !== undefined;
}

/** Who has signed out, or is asked which account it should be, sees a page. */
function asksFirst(room: LoginRoom, ctx: Context, { pending, login }: PasswordStep): boolean {
  if (login.negotiate === undefined || mustType(pending) || pending.choosesAccount) return false;
  return !hasSignedOut(ctx, room.issuer) && login.negotiate.asksFirst(factsOf(ctx).address);
}

function offerOf(room: LoginRoom, step: PasswordStep): string | undefined {
  const offered = step.login.negotiate !== undefined && !mustType(step.pending);
  return offered ? ticketAddress(room, step) : undefined;
}

function ticketAddress(room: LoginRoom, { pending, open }: PasswordStep): string {
  return addressOf(room, pending, 'with', open.entry.id, 'ticket');
}

function ask(room: LoginRoom, ctx: Context, step: PasswordStep): void {
  ctx.set('WWW-Authenticate', 'Negotiate');
  askPassword(room, ctx, step, { status: 401 });
}

function tokenOf(authorization: string): Buffer | null {
  const [, text] = /^Negotiate +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? [];
  return text === undefined ? null : Buffer.from(text, 'base64');
}

async function signInWith(
  room: LoginRoom,
  ctx: Context,
  step: PasswordStep,
  negotiate: Negotiate<Json>,
  token: Buffer,
): Promise<void> {
  const { id } = step.open.entry;
  try {
    room.begun.count('ticket', factsOf(ctx).address);
    const accepted = await callConnector(ctx, id, (call) => negotiate.accept(token, call));
    if (accepted === null) return askPassword(room, ctx, step);
    await completeWith(room, ctx, step, accepted.identity);
    const reply = Buffer.from(accepted.reply ?? []).toString('base64');
    if (reply !== '') ctx.set('WWW-Authenticate', `Negotiate ${reply}`);
  } catch (error) {
    fallBack(room, ctx, step, toBrokerError(error));
  }
}

/** `begunAt`: the computer answered, and nobody may have noticed. */
async function completeWith(
  room: LoginRoom,
  ctx: Context,
  { pending, open }: PasswordStep,
  identity: Identity<Json>,
): Promise<void> {
  await complete(room, ctx, { pending, open, identity, begunAt: room.now(), remember: false });
}

/** What a typed name and password may get around; for the rest, such as a rule that keeps the person out, a page. */
const shownInForm: ReadonlySet<ErrorCode> = new Set([
  'too_many_attempts',
  'upstream_denied',
  'upstream_unavailable',
]);

function fallBack(room: LoginRoom, ctx: Context, step: PasswordStep, error: BrokerError): void {
  if (error.code === 'misconfigured') withoutTickets(room, ctx, step, error);
  else if (shownInForm.has(error.code)) refuse(room, ctx, step, '', error);
  else throw error;
}

/** A lost keytab concerns the administrator; people type their password meanwhile. */
function withoutTickets(room: LoginRoom, ctx: Context, step: PasswordStep, error: BrokerError): void {
  const facts = { code: error.code, connector: step.open.entry.id, client: step.pending.client.id, error };
  factsOf(ctx).log.error(facts, 'tickets cannot be checked');
  askPassword(room, ctx, step);
}
