/**
 * Where the upstream sends the browser back to. No cookie is read here: a cross-site POST (SAML) brings none.
 *
 * The answer is put aside under a handle of its own, and the browser fetches it at `/login/:uid/finish`, where its
 * cookie shows whether it is the one that began. Codes and assertions so never stand in an address of ours.
 */
import { randomBytes } from 'node:crypto';
import type { Arrival, Json, RedirectLogin } from '@gatehouse/connector-kit';
import { BrokerError, type Login } from '@gatehouse/core';
import type { Context } from 'koa';
import { field } from '../http/form.ts';
import { goTo } from '../http/show.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import { landTry } from '../try/landing.ts';
import type { LoginRoom } from './login-room.ts';
import { largestAnswer, readArrival, usualAnswer } from './read-arrival.ts';
import { addressOf } from './sign-in.ts';

/** Anybody who saw the token can send answers: the oldest give way, and none is final. */
const arrivalsPerLogin = 5;

export async function land(room: LoginRoom, ctx: Context, connectorId: string | undefined): Promise<void> {
  const candidates = redirectConnectors(room).filter(
    ({ entry }) => connectorId === undefined || entry.id === connectorId,
  );
  const tried = candidates.length === 0 && (await isTried(room, connectorId));
  const arrival = await readArrival(ctx, tried ? largestAnswer : limitOf(candidates));
  const login = await loginOf(room, arrival, candidates);
  if (login === null) return await landElsewhere(room, ctx, arrival, { connectorId, candidates });
  const handle = randomBytes(32).toString('base64url');
  currentUnit().logins.saveArrival({ handle, loginToken: login.token, arrival }, arrivalsPerLogin);
  const address = addressOf(room, { uid: login.interaction }, 'finish');
  goTo(ctx, `${address}?arrival=${handle}`);
}

/** Null for a token that is unknown, used, too old, or meant for another connector. */
async function loginOf(
  room: LoginRoom,
  { params }: Arrival,
  candidates: readonly RedirectEntry[],
): Promise<Login | null> {
  for (const { entry, login: kind } of candidates) {
    const token = field(params, kind.tokenParam);
    const login = token === '' ? null : await currentUnit().logins.find(token);
    if (login === null) continue;
    if (login.connectorId === entry.id && isOpen(login, room.now())) return login;
  }
  return null;
}

/** A connector that only a file has which is not in use yet may have large answers too. */
async function isTried({ tries }: LoginRoom, connectorId: string | undefined): Promise<boolean> {
  return connectorId !== undefined && (await tries.isExpected(connectorId));
}

/** @throws BrokerError `sign_in_expired` */
async function landElsewhere(
  room: LoginRoom,
  ctx: Context,
  arrival: Arrival,
  { connectorId, candidates }: { connectorId: string | undefined; candidates: readonly RedirectEntry[] },
): Promise<void> {
  const tokenParams = redirectConnectors(room).map(({ login }) => login.tokenParam);
  if (await landTry(room, ctx, arrival, { connectorId, tokenParams })) return;
  turnAway(ctx, candidates);
}

/**
 * Attack: an answer for somebody else is posted by a browser that never asked for one. It signs nobody in; where the
 * connector says so, the browser is sent to begin by itself, and ends in its own person's account.
 * @throws BrokerError `sign_in_expired`
 */
function turnAway(ctx: Context, candidates: readonly RedirectEntry[]): void {
  const [target, ...more] = candidates.flatMap(({ login }) => login.unasked ?? []);
  if (target === undefined || more.length > 0) {
    throw new BrokerError('sign_in_expired', { reason: 'no open login of this connector has this token' });
  }
  goTo(ctx, target.href);
}

interface RedirectEntry {
  readonly entry: { readonly id: string };
  readonly login: RedirectLogin<Json>;
}

function redirectConnectors(room: LoginRoom): readonly RedirectEntry[] {
  return [...room.connectors.values()].flatMap(({ entry, connector: { login } }) =>
    login.kind === 'redirect' ? [{ entry, login }] : [],
  );
}

function limitOf(candidates: readonly RedirectEntry[]): number {
  const wanted = candidates.map(({ login }) => login.largestAnswer ?? usualAnswer);
  return Math.min(Math.max(usualAnswer, ...wanted), largestAnswer);
}

export function isOpen(login: Login, now: Date): boolean {
  return login.finishedAt === undefined && login.expiresAt > now;
}
