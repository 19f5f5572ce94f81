/** A try in the browser: lays down the offer, waits for the upstream's answer, and finishes the sign-in here. */
import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arrival, Identity, Json, RedirectLogin } from '@gatehouse/connector-kit';
import { brokerErrorOf, type TryFindings, type TryOffer } from '@gatehouse/core';
import { callbackUrl, readIssuer, tryAddress } from '@gatehouse/server';
import { printable } from '../../table.ts';
import type { Terminal } from '../../terminal.ts';
import type { AskedConnector } from '../connector-check/ask-upstream.ts';
import { assertServes, type Door } from './door.ts';
import { failureFindings } from './findings.ts';
import { timedOut, tryLifetime } from './stop.ts';

export interface RedirectTry {
  readonly asked: AskedConnector;
  readonly login: RedirectLogin<Json>;
  readonly issuer: string;
  readonly door: Door;
  readonly terminal: Terminal;
  readonly now: () => Date;
  readonly stop: AbortSignal;
}

export interface Conclusion<T> {
  readonly findings: TryFindings;
  readonly value: T;
}

/** Milliseconds between two looks at whether the browser has come. */
const lookAgain = 300;
/** Milliseconds for the browser to fetch what was found. */
const patienceForPage = 10_000;

/** @param explain what is found about the person, for the page; its value is what this returns */
export async function tryRedirect<T>(
  attempt: RedirectTry,
  explain: (identity: Identity<Json>) => Promise<Conclusion<T>>,
): Promise<T> {
  const { asked, login, door, terminal, stop } = attempt;
  const { entry } = asked.open;
  const issuer = readIssuer(attempt.issuer);
  const callback = callbackUrl(issuer, entry.id);
  const token = randomBytes(32).toString('base64url');
  const { departure, memo } = await login
    .begin({ token, callbackUrl: callback, wish: { fresh: false } }, asked.call())
    .catch((error: unknown) => Promise.reject(brokerErrorOf(error, entry.id)));
  const offer: TryOffer = {
    id: randomBytes(32).toString('base64url'),
    token,
    tokenParam: login.tokenParam,
    connectorId: entry.id,
    connectorName: entry.name,
    code: makeCode(),
    departure,
    expiresAt: new Date(attempt.now().getTime() + tryLifetime),
  };
  await door.tries.open(offer);
  try {
    const address = tryAddress(issuer, offer.id);
    const serves = await assertServes(address);
    invite(address, offer, callback, terminal);
    terminal.error(serves ? waysIn[door.kind] : wayUnknown(issuer.origin, door));
    terminal.error('This waits 10 minutes; Ctrl-C ends it.');
    const arrival = await waitForAnswer(door, offer, stop);
    return await conclude(attempt, offer, explain, { arrival, memo, callbackUrl: callback });
  } finally {
    await door.tries.close(offer.id);
  }
}

function invite(address: string, { code, connectorName }: TryOffer, callback: URL, terminal: Terminal): void {
  const say = (line: string) => terminal.error(line);
  say(`Open this in a browser, and sign in with ${printable(connectorName)}:`);
  say('');
  say(`  ${terminal.paint('cyan', address)}`);
  say('');
  say(`The page must show this code:  ${terminal.paint('bold', code)}`);
  say('');
  say(`Whoever signs in there is shown here with all their attributes: it is meant for you, not for others.`);
  say(`The upstream comes back to ${callback.href}`);
}

const waysIn: Readonly<Record<Door['kind'], string>> = {
  own: 'This command serves that address until it ends.',
  running: 'The running server serves that address.',
};

/** The browser may be elsewhere, and know the way. Where it does not, its error page would say nothing of all this. */
function wayUnknown(origin: string, { kind, listensAt }: Door): string {
  const who =
    kind === 'own' ? `This command listens at ${listensAt}` : `Another process listens at ${listensAt}`;
  return `From this computer ${origin} cannot be reached. ${who}: the issuer has to lead there. If the link does not open, see "Trying a sign-in" in docs/operations/troubleshooting.md.`;
}

/** Without the letters and digits that are taken for each other. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

function makeCode(): string {
  const letters = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)] ?? '');
  return `${letters.slice(0, 4).join('')}-${letters.slice(4).join('')}`;
}

/** @throws CommandFailure */
async function waitForAnswer({ tries }: Door, { id }: TryOffer, stop: AbortSignal): Promise<Arrival> {
  for (;;) {
    const found = await tries.find(id);
    if (found === null) throw timedOut();
    if (found.arrival !== undefined) return found.arrival;
    await pause(stop);
  }
}

interface Returned {
  readonly arrival: Arrival;
  readonly memo: Json;
  readonly callbackUrl: URL;
}

async function conclude<T>(
  { asked, login, door, stop }: RedirectTry,
  { id, connectorId }: TryOffer,
  explain: (identity: Identity<Json>) => Promise<Conclusion<T>>,
  returned: Returned,
): Promise<T> {
  try {
    const { findings, value } = await explain(await login.finish(returned, asked.call()));
    await door.tries.conclude(id, findings);
    await waitForPage(door, id, stop);
    return value;
  } catch (error) {
    const failure = brokerErrorOf(error, connectorId);
    await door.tries.conclude(id, failureFindings(failure));
    await waitForPage(door, id, stop);
    throw failure;
  }
}

/** The server forgets the try when it has shown what was found. Whoever does not wait has it in the terminal. */
async function waitForPage({ tries }: Door, id: string, stop: AbortSignal): Promise<void> {
  const enough = AbortSignal.any([stop, AbortSignal.timeout(patienceForPage)]);
  while (!enough.aborted && (await tries.find(id)) !== null) await sleep(lookAgain);
}

/** @throws CommandFailure when it is to end */
async function pause(stop: AbortSignal): Promise<void> {
  await sleep(lookAgain, undefined, { signal: stop }).catch(() => Promise.reject(stop.reason));
}
