/** Attack: somebody has a copy of the database, a backup or the log, and looks for something that opens a door. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openSeal } from '@gatehouse/core';
import { openStore } from '@gatehouse/storage';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { appRedirect, appSecret, client, type House, mock, openHouse, passwordOf } from '../support/house.ts';
import { formsOf, HttpBrowser } from '../support/http-browser.ts';
import { post } from '../support/oidc-flow.ts';
import { answerFor, begin, typePassword } from '../support/sign-in-steps.ts';
import { silentLog } from '../support/silent-log.ts';

const newPassword = 'the password of a new account';

let house: House;
/** What each secret is, and the secret. */
const secrets = new Map<string, string | Uint8Array>();
let dump = '';
let usedCode = '';
let signOutToken = '';

beforeAll(async () => {
  const connectors = [
    mock('corp', 'Example directory', { kind: 'password' }),
    mock('sso', 'Example single sign-on', { kind: 'redirect' }),
    { id: 'local', type: 'local' },
  ];
  const clients = [
    client('app', { secrets: [{ fromEnv: 'APP_SECRET' }], connectors: ['corp'] }),
    client('web', { public: true, connectors: ['sso'] }),
    client('portal', { public: true, trusted: false }),
  ];
  house = await openHouse({ config: { connectors, clients } });
  await liveThroughADay();
  await collectKeys();
  const program = join(house.db.server.programs, 'pg_dump');
  dump = execFileSync(program, ['--inserts', house.db.adminUrl], { encoding: 'utf8', maxBuffer: 1 << 28 });
});
afterAll(() => house.close());

/** Every kind of row, some of them finished and some of them in the middle. */
async function liveThroughADay(): Promise<void> {
  keep('client secret', appSecret);
  keep('sealing key', Buffer.from(house.sealKey, 'base64'));
  keep('sealing key as written', house.sealKey);
  // Signed in, with a code that was used, tokens, and a refresh token that was used.
  const { form } = await codeFor('app', 'alice');
  const tokens = await post(house, '/token', { ...form, client_secret: appSecret });
  keepTokens('first', tokens.json);
  usedCode = form.code ?? '';
  const refreshed = await post(house, '/token', {
    grant_type: 'refresh_token',
    refresh_token: String(tokens.json.refresh_token),
    client_id: 'app',
    client_secret: appSecret,
  });
  keepTokens('second', refreshed.json);
  // A code that waits to be used.
  await codeFor('app', 'bob');
  // A sign-in that stands at the upstream, one that has come back and not gone on, and one that is finished.
  await begin(house, 'web', watched('at the upstream'));
  const landed = watched('landed');
  await landed.request(answerFor(await begin(house, 'web', landed), 'alice'));
  const finished = watched('finished');
  await finished.go(answerFor(await begin(house, 'web', finished), 'carol'), appRedirect);
  // A consent that waits, a wrong password, a sign-out.
  const undecided = watched('undecided');
  const choice = await begin(house, 'portal', undecided);
  await typePassword(undecided, await undecided.go(`${choice.url}/with/corp`), 'alice');
  const mistaken = watched('mistaken');
  keep('wrong password', 'a-mistyped-password');
  await typePassword(
    mistaken,
    await begin(house, 'app', mistaken),
    'typed-in-the-name',
    'a-mistyped-password',
  );
  keep('password in the field for the name', 'typed-in-the-name');
  await finished.go(`${house.issuer}/logout`);
  // An account of our own, that signs in.
  const added = house.gatehouse.cli(['user', 'add', 'new@example.com'], `${newPassword}\n`);
  expect(added).toMatchObject({ status: 0 });
  keep('password of the account', newPassword);
  const own = watched('own account');
  const ways = await begin(house, 'portal', own);
  const consent = await typePassword(
    own,
    await own.go(`${ways.url}/with/local`),
    'new@example.com',
    newPassword,
  );
  expect(consent.body).toContain('Allow portal?');
}

async function codeFor(clientId: string, person: string) {
  const rp = await house.party(clientId);
  const { url, verifier } = await rp.authorization();
  const browser = watched(`${clientId} ${person}`);
  keep(`verifier of ${person}`, verifier);
  keep(`password of ${person}`, passwordOf(person));
  const end = await typePassword(browser, await browser.go(url), person);
  const code = end.location?.searchParams.get('code') ?? '';
  expect(code).not.toBe('');
  const form = { grant_type: 'authorization_code', code, redirect_uri: appRedirect, code_verifier: verifier };
  return { form: { ...form, client_id: clientId } as Record<string, string> };
}

/** A browser that notes what it is given: cookies, ids in addresses, codes, states, handles, form tokens. */
function watched(name: string): HttpBrowser {
  return new HttpBrowser(async (url, init) => {
    const response = await fetch(url, init);
    for (const line of response.headers.getSetCookie()) {
      const [cookie = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      // This one is the id of a connector and opens nothing.
      if (cookie !== 'gatehouse_last_used') keep(`${name}: cookie ${cookie}`, value);
    }
    const addresses = [String(url), response.headers.get('location') ?? ''];
    for (const address of addresses) keepAddress(name, new URL(address, house.issuer));
    const body = await response.clone().text();
    const page = { status: 0, url: new URL(String(url)), body, headers: response.headers };
    for (const { inputs } of formsOf(page)) {
      keep(`${name}: form token`, inputs.csrf ?? '');
      signOutToken = inputs.xsrf ?? signOutToken;
    }
    return response;
  });
}

const ours = ['code', 'arrival'];

function keepAddress(name: string, url: URL): void {
  const uid = /^\/(?:login|auth)\/([^/]{20,})/.exec(url.pathname)?.[1];
  if (uid) keep(`${name}: sign-in`, uid);
  for (const parameter of ours) keep(`${name}: ${parameter}`, url.searchParams.get(parameter) ?? '');
  // `state` is ours on the way to and from an upstream; the client's own has to be stored.
  if (/^\/(callback|connectors)\//.test(url.pathname)) {
    keep(`${name}: login token`, url.searchParams.get('state') ?? '');
  }
}

function keepTokens(name: string, json: Record<string, unknown>): void {
  for (const kind of ['access_token', 'refresh_token', 'id_token']) {
    expect(json[kind]).toEqual(expect.any(String));
    keep(`${name} ${kind}`, String(json[kind]));
  }
}

/** Browsers delete a cookie by an empty value, and short words would be found everywhere. */
function keep(name: string, value: string | Uint8Array): void {
  if (value.length >= 5) secrets.set(`${name} ${secrets.size}`, value);
}

/** With the sealing key, as the server does. */
async function collectKeys(): Promise<void> {
  const store = await openStore({
    url: house.db.url,
    seal: openSeal([{ id: 'test', key: Buffer.from(house.sealKey, 'base64') }]),
    now: () => new Date(),
    limits: { pendingSignIns: 100 },
    poolSize: 2,
    preparedStatements: true,
    statementTimeout: 10_000,
    log: silentLog,
  });
  const { cookieKeys, refreshKeys } = await store.secrets.ensure();
  for (const key of [...cookieKeys, ...refreshKeys]) keep('key of the broker', key);
  for (const { privateJwk } of await store.signingKeys.list()) {
    for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi']) keep(`signing key ${part}`, privateJwk[part] ?? '');
  }
  await store.close();
}

/** Every way in which a secret may be written down. */
function spellings(secret: string | Uint8Array): readonly string[] {
  const text = typeof secret === 'string' ? [secret, encodeURIComponent(secret)] : [];
  return [...new Set([...text, ...bytesOf(secret).flatMap(encoded)])];
}

function bytesOf(secret: string | Uint8Array): readonly Buffer[] {
  if (typeof secret !== 'string') return [Buffer.from(secret)];
  const raw = /^[\w-]{20,}$/.test(secret) ? [Buffer.from(secret, 'base64url')] : [];
  return [Buffer.from(secret), ...raw];
}

/** In the middle of a longer text, base64 looks different for each of three places to begin. */
function encoded(bytes: Buffer): readonly string[] {
  const inside = [0, 1, 2].flatMap((shift) => {
    const shifted = Buffer.concat([Buffer.alloc(shift), bytes]);
    return (['base64', 'base64url'] as const).map((kind) =>
      shifted
        .toString(kind)
        .replace(/=+$/, '')
        .slice(shift === 0 ? 0 : 4, -2),
    );
  });
  const hex = bytes.toString('hex');
  return [hex, hex.toUpperCase(), ...inside].filter((text) => text.length >= 8);
}

function found(text: string): readonly string[] {
  return [...secrets]
    .filter(([, secret]) => spellings(secret).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);
}

test('the dump holds what it should, and there is something to look for', () => {
  const tables = [...new Set([...dump.matchAll(/^INSERT INTO public\.(\w+)/gm)].map(([, table]) => table))];
  expect(tables).toEqual(
    expect.arrayContaining([
      ...['sessions', 'interactions', 'grants', 'authorization_codes', 'access_tokens', 'offline_sessions'],
      ...['identities', 'logins', 'arrivals', 'signing_keys', 'secrets', 'local_users', 'rate_limits'],
    ]),
  );
  expect(dump).toContain(createHash('sha256').update(usedCode).digest('hex'));
  expect(dump).toContain('Alice Example');
  const kinds = [...secrets.keys()].join('\n');
  for (const kind of ['cookie', 'sign-in', 'login token', 'code', 'arrival', 'form token', 'signing key d']) {
    expect(kinds).toContain(kind);
  }
  expect(secrets.size).toBeGreaterThan(60);
});

test('the search finds a secret however it is written', () => {
  const secret = secrets.get([...secrets.keys()].find((name) => name.includes('refresh_token')) ?? '') ?? '';
  const raw = Buffer.from(String(secret), 'base64url');
  for (const text of [
    String(secret),
    `\\x${raw.toString('hex')}`,
    Buffer.from(String(secret)).toString('hex'),
    Buffer.from(`{"token":"${secret}"}`).toString('base64'),
    Buffer.concat([Buffer.from([1]), raw]).toString('base64'),
  ]) {
    expect(found(text).length).toBeGreaterThan(0);
  }
});

test('no token, code, cookie, handle, password or key is in the database', () => {
  expect(found(dump)).toEqual([]);
  expect(dump).not.toMatch(/PRIVATE KEY|"d":|"qi":/);
});

// The library keeps the form token of a sign-out in the session: it is compared with what the session's cookie says.
test('the form token of a sign-out is there, and does nothing without the cookie', async () => {
  expect(dump).toContain(signOutToken);
  const alice = new HttpBrowser();
  await typePassword(alice, await begin(house, 'app', alice), 'alice');
  const answer = await post(house, '/logout/confirm', { xsrf: signOutToken, logout: 'yes' });
  expect(answer.status).toBe(400);
  const still = await begin(house, 'app', alice, { prompt: 'none' });
  expect(still.location?.searchParams.get('code')).toBeTruthy();
});

test('nor in the log', () => {
  expect(found(house.gatehouse.output())).toEqual([]);
});
