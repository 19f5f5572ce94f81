/** Sets one case up: an upstream that is well, an opened connector, a person about to sign in. */
import assert from 'node:assert/strict';
import type { Call } from '../call.ts';
import type { Connector, RedirectLogin } from '../connector.ts';
import type { ConnectorDefinition } from '../definition.ts';
import { ConnectorError, type ConnectorErrorCode } from '../error.ts';
import type { Arrival, Departure, SignInWish } from '../exchange.ts';
import type { Identity } from '../identity.ts';
import type { Json } from '../json.ts';
import type { ContractCase } from './contract-cases.ts';
import type { ContractHarness, RedirectHarness } from './harness.ts';
import { testCall } from './test-call.ts';
import { type TestHost, testHost } from './test-host.ts';

export interface Stage<State> {
  readonly connector: Connector<State>;
  readonly host: TestHost;
}

/** A case that gets a stage of its own; the connector is closed after it. */
export function stagedCase<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  name: string,
  run: (stage: Stage<State>) => Promise<void>,
): ContractCase {
  return {
    name,
    async run() {
      await harness.upstream.reset();
      const host = testHost(harness.host);
      await withConnector(harness, host, (connector) => run({ connector, host }));
    },
  };
}

/** Opens the connector, as after a start of the broker: it knows what `host` has kept, and nothing else. */
export async function withConnector<Config, State extends Json, T>(
  { definition, config }: ContractHarness<Config, State>,
  host: TestHost,
  run: (connector: Connector<State>) => Promise<T>,
): Promise<T> {
  const connector = definition.open(await readConfig(definition, config), host);
  try {
    return await run(connector);
  } finally {
    await connector.close?.();
  }
}

export async function readConfig<Config, State extends Json>(
  definition: ConnectorDefinition<Config, State>,
  config: unknown,
): Promise<Config> {
  const read = await definition.config['~standard'].validate(config);
  if (read.issues)
    assert.fail(`the configuration is refused: ${read.issues.map((i) => i.message).join('; ')}`);
  return read.value;
}

/**
 * Brings a sign-in to the point where only the connector's own last step is missing, so that a case can
 * break the upstream before it.
 */
export async function prepareSignIn<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  { connector }: Stage<State>,
): Promise<(call: Call) => Promise<Identity<State> | null>> {
  const { login } = connector;
  const person = harness.login;
  if (login.kind === 'password' && person.kind === 'password') {
    return (call) => login.verify({ username: person.username, password: person.password }, call);
  }
  if (login.kind === 'redirect' && person.kind === 'redirect') {
    const leg = await beginLeg(person, login);
    const arrival = await person.answer(leg.departure, connector);
    return (call) => login.finish({ arrival, memo: leg.memo, callbackUrl: leg.callbackUrl }, call);
  }
  assert.fail(`the harness plays a ${person.kind} login and the connector has a ${login.kind} login`);
}

export async function signIn<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
  stage: Stage<State>,
  call: Call = testCall(),
): Promise<Identity<State>> {
  const finish = await prepareSignIn(harness, stage);
  const identity = await finish(call);
  assert.ok(identity !== null, 'the right password is called wrong');
  return stored(identity);
}

export interface Leg {
  readonly token: string;
  readonly departure: Departure;
  readonly memo: Json;
  readonly callbackUrl: URL;
}

export async function beginLeg<State>(
  person: RedirectHarness<State>,
  login: RedirectLogin<State>,
  wish: SignInWish = { fresh: false },
  call: Call = testCall(),
): Promise<Leg> {
  const token = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  const callbackUrl = person.callbackUrl ?? new URL('http://127.0.0.1:5556/callback');
  const { departure, memo } = await login.begin({ token, callbackUrl, wish }, call);
  return { token, departure, memo: throughJson(memo), callbackUrl };
}

/** A finish of one leg with any arrival. */
export function finishLeg<State>(
  login: RedirectLogin<State>,
  leg: Leg,
  arrival: Arrival,
  call: Call = testCall(),
): Promise<Identity<State>> {
  return login.finish({ arrival, memo: leg.memo, callbackUrl: leg.callbackUrl }, call);
}

/** Wherever a departure carries a parameter: in its address, or in the fields of its form. */
export function valuesOf(departure: Departure, name: string): readonly string[] {
  const inUrl = departure.url.searchParams.getAll(name);
  const field = departure.method === 'POST' ? departure.fields[name] : undefined;
  return field === undefined ? inUrl : [...inUrl, field];
}

/** As the broker keeps it between sign-in and refresh. */
function stored<State extends Json>(identity: Identity<State>): Identity<State> {
  return { ...identity, state: throughJson(identity.state) };
}

export function throughJson<T extends Json>(value: T): T {
  const copy: T = JSON.parse(JSON.stringify(value));
  assert.deepEqual(copy, value, 'it does not survive JSON');
  return copy;
}

/** Only a `ConnectorError` tells the broker what happened; anything else is a fault of the connector. */
export async function refuses(
  attempt: Promise<unknown>,
  codes: readonly ConnectorErrorCode[],
): Promise<ConnectorError> {
  const outcome = await attempt.then(
    (value) => ({ thrown: false, value }) as const,
    (error: unknown) => ({ thrown: true, error }) as const,
  );
  if (!outcome.thrown) {
    assert.fail(`expected ConnectorError ${codes.join(' or ')}, and it answered ${describe(outcome.value)}`);
  }
  const { error } = outcome;
  assert.ok(ConnectorError.is(error), `expected a ConnectorError, and got ${String(error)}`);
  assert.ok(
    codes.includes(error.code),
    `expected ${codes.join(' or ')}, and got ${error.code}: ${error.message}`,
  );
  return error;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'object' && 'status' in value) return String(value.status);
  return typeof value === 'object' ? 'an identity' : String(value);
}
