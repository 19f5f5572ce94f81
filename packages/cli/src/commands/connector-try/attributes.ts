/** What the upstream said at a sign-in, for people to read: everything but what opens something. */
import type { Identity, Json, LookedUpAttribute } from '@gatehouse/connector-kit';
import type { Step } from '../connector-check/ask-upstream.ts';

/**
 * The contract keeps secrets out of traces; what an upstream puts into its claims it does not know. A claim source of
 * OpenID Connect Core 1.0, section 5.6.2, brings its own `access_token`.
 */
const secretNames =
  /^(.*token.*|.*secret.*|.*password.*|.*assertion.*|code|nonce|state|c_hash|at_hash|s_hash|.*signature.*|relaystate|authorization|cookie|jwt|.*private_?key.*|.*credential.*)$/i;
/** A compact JWS or JWE in a claim of any name (RFC 7515, section 3.1), also within an address or behind "Bearer". */
const looksSigned = /eyJ[\w-]+\.[\w-]+\.[\w-]*/;

const leftOut = '(left out: a secret)';

/** In the order in which the connector told of them; each step of a connector is a remark. */
export function attributesOf(steps: readonly Step[]): readonly LookedUpAttribute[] {
  return steps.flatMap(({ name: remark, facts }) =>
    Object.entries(facts).flatMap(([name, value]) => flattened(name, value, remark)),
  );
}

/** `claims` and `attributes` are the connector's words around the upstream's own. */
const wrappers: ReadonlySet<string> = new Set(['claims', 'attributes']);

function flattened(name: string, value: Json, remark: string): readonly LookedUpAttribute[] {
  if (wrappers.has(name) && isObject(value)) {
    return Object.entries(value).map(([inner, each]) => ({
      name: inner,
      values: texts(inner, each),
      remark,
    }));
  }
  if (Array.isArray(value) && value.length > 0 && value.every(isNamed)) {
    return value.map((each) => ({
      name: each.name,
      values: texts(each.name, each.values),
      remark: each.friendlyName === '' ? remark : `${each.friendlyName}, ${remark}`,
    }));
  }
  return [{ name, values: texts(name, value), remark }];
}

/** As SAML has them: a name that is often an OID, and perhaps one for people. */
interface Named {
  readonly name: string;
  readonly friendlyName: string;
  readonly values: readonly Json[];
}

function isNamed(value: Json): value is Json & Named {
  if (!isObject(value)) return false;
  const { name, friendlyName, values } = value;
  return typeof name === 'string' && typeof friendlyName === 'string' && Array.isArray(values);
}

function texts(name: string, value: Json | readonly Json[]): readonly string[] {
  if (secretNames.test(name)) return [leftOut];
  return (isList(value) ? value : [value]).map((each) => text(each));
}

/** `Array.isArray` forgets that a list may be read-only. */
function isList(value: Json | readonly Json[]): value is readonly Json[] {
  return Array.isArray(value);
}

function text(value: Json): string {
  const kept = withoutSecrets(value);
  return typeof kept === 'string' ? kept : JSON.stringify(kept);
}

function withoutSecrets(value: Json): Json {
  if (typeof value === 'string') return looksSigned.test(value) ? leftOut : value;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      name,
      secretNames.test(name) ? leftOut : withoutSecrets(each),
    ]),
  );
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Who the connector says this is, before our rules. Its state is what a refresh needs: tokens. */
export function identityLines(identity: Identity<Json>): readonly LookedUpAttribute[] {
  const { upstreamId, username, displayName, email, authenticated } = identity;
  const { at, acr, amr } = authenticated ?? {};
  return [
    line('id', upstreamId, 'with the connector it makes the claim sub'),
    line('username', username),
    ...(displayName === undefined ? [] : [line('name', displayName)]),
    ...(email === undefined ? [] : [line('e-mail', email.address, verified(email.verified))]),
    ...(at === undefined ? [] : [line('signed in at', at.toISOString())]),
    ...(acr === undefined ? [] : [line('acr', acr)]),
    ...(amr === undefined ? [] : [{ name: 'amr', values: amr }]),
  ];
}

function line(name: string, value: string, remark?: string): LookedUpAttribute {
  return { name, values: [value], ...(remark !== undefined && { remark }) };
}

function verified(yes: boolean): string {
  return yes ? 'verified' : 'not verified';
}
