/** Passwords, tokens and codes stay out of logs, errors and traces, whatever happens. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import type { Call } from '../../call.ts';
import type { Arrival } from '../../exchange.ts';
import type { Identity } from '../../identity.ts';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { beginLeg, finishLeg, type Leg, prepareSignIn, type Stage, signIn, stagedCase } from '../stage.ts';
import { type TestCall, testCall } from '../test-call.ts';

/** Shorter words turn up by chance. */
const leastLength = 6;

export function secretCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  return [
    stagedCase(harness, 'a sign-in and a refresh that succeed write no secret', async (stage) => {
      const call = testCall<State>();
      const attempt = await prepare(harness, stage, call);
      const identity = await attempt.finish(call);
      if (identity) await stage.connector.refresh?.(identity, call);
      assertSilent(stage, call, [], [...attempt.secrets, ...secretsOf(harness)]);
    }),
    stagedCase(harness, 'a sign-in, a refresh and a check that fail write no secret', async (stage) => {
      const breakages = [harness.upstream.takeDown, harness.upstream.overload].filter(
        (each) => each !== undefined,
      );
      for (const breakIt of breakages) {
        const call = testCall<State>();
        const identity = await signIn(harness, stage);
        const attempt = await prepare(harness, stage, call);
        await breakIt.call(harness.upstream);
        const errors = [
          await failureOf(attempt.finish(call)),
          await failureOf(stage.connector.refresh?.(identity, call)),
        ];
        const checks = await stage.connector.check(call);
        assertSilent(stage, call, [...errors, checks], [...attempt.secrets, ...secretsOf(harness)]);
        await harness.upstream.reset();
      }
    }),
    harness.login.kind === 'password' ? wrongPassword(harness) : plantedAnswer(harness),
  ];
}

interface Attempt<State> {
  finish(call: Call): Promise<Identity<State> | null>;
  /** What this very sign-in has of them, beside those that the harness knows. */
  readonly secrets: readonly string[];
}

async function prepare<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  stage: Stage<State>,
  call: Call,
): Promise<Attempt<State>> {
  const [{ login }, person] = [stage.connector, harness.login];
  if (login.kind === 'password' || person.kind === 'password') {
    return { finish: await prepareSignIn(harness, stage), secrets: [] };
  }
  const leg = await beginLeg(person, login, { fresh: false }, call);
  const arrival = await person.answer(leg.departure, stage.connector);
  return {
    finish: (finishing) => finishLeg(login, leg, arrival, finishing),
    secrets: [leg.token, ...verifiersOf(leg), ...secretsOfArrival(arrival)],
  };
}

/** RFC 7636: whoever has the verifier and the code has the token. It is in the memo, its hash in the address. */
function verifiersOf({ memo, departure }: Leg): readonly string[] {
  const challenge = departure.url.searchParams.get('code_challenge');
  return textsIn(memo).filter((text) => createHash('sha256').update(text).digest('base64url') === challenge);
}

function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
}

function wrongPassword<Config, State extends Json>(harness: ContractHarness<Config, State>): ContractCase {
  return stagedCase(
    harness,
    'a wrong password is written nowhere: it may be the right one with a slip',
    async (stage) => {
      const [{ login }, person] = [stage.connector, harness.login];
      assert.ok(login.kind === 'password' && person.kind === 'password');
      const call = testCall<State>();
      await login.verify({ username: person.username, password: person.wrongPassword }, call);
      // People type the password into the name field.
      await login.verify({ username: person.nobody, password: person.wrongPassword }, call);
      assertSilent(stage, call, [], secretsOf(harness));
    },
  );
}

function plantedAnswer<Config, State extends Json>(harness: ContractHarness<Config, State>): ContractCase {
  return stagedCase(harness, 'a planted answer is refused without quoting it', async (stage) => {
    const [{ login }, person] = [stage.connector, harness.login];
    assert.ok(login.kind === 'redirect' && person.kind === 'redirect');
    const [theirs, ours] = [await beginLeg(person, login), await beginLeg(person, login)];
    const arrival = await person.answer(theirs.departure, stage.connector);
    const call = testCall<State>();
    const error = await failureOf(finishLeg(login, ours, arrival, call));
    const secrets = [theirs.token, ours.token, ...secretsOfArrival(arrival)];
    assertSilent(stage, call, [error], [...secrets, ...secretsOf(harness)]);
  });
}

function secretsOf<Config, State extends Json>(harness: ContractHarness<Config, State>): readonly string[] {
  const { login } = harness;
  const typed = login.kind === 'password' ? [login.password, login.wrongPassword] : [];
  return [...typed, ...(harness.secrets?.() ?? [])];
}

/** What makes an answer worth stealing; an `iss` or an `error` may be logged. */
const secretParams = ['code', 'id_token', 'access_token', 'refresh_token', 'SAMLResponse', 'assertion'];

function secretsOfArrival({ params }: Arrival): readonly string[] {
  return secretParams.flatMap((name) => params.getAll(name));
}

function assertSilent<State extends Json>(
  stage: Stage<State>,
  call: TestCall<State>,
  others: readonly unknown[],
  secrets: readonly string[],
): void {
  const written = inspect([stage.host.logged, call.logged, call.steps, others], {
    depth: Number.POSITIVE_INFINITY,
    maxArrayLength: null,
    maxStringLength: null,
    breakLength: Number.POSITIVE_INFINITY,
  });
  for (const secret of secrets.filter((text) => text.length >= leastLength).flatMap(spellings)) {
    assert.ok(
      !written.includes(secret),
      'a password, token or code was written to a log, an error or a trace',
    );
  }
}

/** How a secret may look after it went through a URL, a header or a buffer. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = [
    bytes.toString('base64'),
    bytes.toString('hex'),
    bytes.toString('hex').match(/../g)?.join(' '),
  ];
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), ...encoded].filter(
    (spelling) => spelling !== undefined,
  );
}

async function failureOf(attempt: Promise<unknown> | undefined): Promise<unknown> {
  return attempt?.then(
    () => undefined,
    (error: unknown) => error,
  );
}
