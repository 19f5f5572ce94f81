import type { Connector, Json } from '@gatehouse/connector-kit';
import { ConnectorError } from '@gatehouse/connector-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browser } from '../testing/browser.ts';
import { type SignInApp, startSignInApp, testClient } from '../testing/sign-in-app.ts';

/** What reached the connectors. */
let asked: string[] = [];

const directory: Connector<Json> = {
  mark: 'directory',
  login: {
    kind: 'password',
    usernameLabel: 'Name',
    verify: async ({ username }) => {
      asked.push(username);
      return null;
    },
  },
  check: async () => [],
};

const elsewhere: Connector<Json> = {
  mark: 'saml',
  login: {
    kind: 'redirect',
    tokenParam: 'state',
    begin: async ({ wish }) => {
      asked.push(wish.loginHint ?? '');
      return { departure: { method: 'GET', url: new URL('https://idp.example/sso') }, memo: null };
    },
    finish: async () => {
      throw new ConnectorError('denied', { reason: 'never comes back' });
    },
  },
  check: async () => [],
};

const down: Connector<Json> = {
  ...elsewhere,
  login: {
    ...elsewhere.login,
    kind: 'redirect',
    tokenParam: 'state',
    finish: async () => {
      throw new ConnectorError('unavailable', { reason: 'no answer' });
    },
    begin: async () => {
      throw new ConnectorError('unavailable', { reason: 'no answer' });
    },
  },
};

const some = { corp: directory, partner: elsewhere, asleep: down, guests: directory };
const domains = {
  corp: ['example.com', 'shared.example'],
  partner: ['partner.example', 'shared.example', 'xn--bcher-kva.example'],
  asleep: ['asleep.example'],
};

let app: SignInApp;

async function open(
  connectors: Readonly<Record<string, Connector<Json>>> = some,
  known: Readonly<Record<string, readonly string[]>> = domains,
): Promise<void> {
  await app?.close();
  app = await startSignInApp(connectors, known);
}

beforeEach(async () => {
  asked = [];
  app = await startSignInApp(some, domains);
});
afterEach(() => app.close());

const page = '/login/alice-1';
const somebody = () => new Browser(app, 'alice-1');
const look = (sought: string, alice = somebody()) => alice.submit(page, `${page}/with`, { sought });
const waysOn = (text: string) => [...text.matchAll(/href="[^"]*\/with\/([^"/]+)"/g)].map(([, id]) => id);

describe('who types an e-mail address', () => {
  it('gets the form of the connector that has its domain, with the address in it', async () => {
    const { status, text } = await look('alice@example.com');
    expect(status).toBe(200);
    expect(text).toContain('Directory corp');
    expect(text).toMatch(/id="login"[^>]* value="alice@example.com"/);
    expect(text).toContain('Sign in another way');
  });

  it('is sent to the upstream that has its domain, which is told the address', async () => {
    const { status, location } = await look('Bob@PARTNER.example');
    expect([status, location]).toEqual([303, 'https://idp.example/sso']);
    expect(asked).toEqual(['Bob@PARTNER.example']);
  });

  it('may write the domain in the letters of its language', async () => {
    expect((await look('anna@bücher.example')).location).toBe('https://idp.example/sso');
  });

  it('chooses between two that share its domain, and sees no other', async () => {
    const { text } = await look('alice@shared.example');
    expect(waysOn(text)).toEqual(['corp', 'partner']);
    expect(text).toContain('2 ways to sign in for <strong>shared.example</strong>');
    expect(text).toContain('Show all ways to sign in');
  });

  it.each(['alice@elsewhere.example', 'alice@mail.example.com', 'alice@', '@example.com'])(
    'gets all ways and a sentence for one that no connector has: %s',
    async (sought) => {
      const { status, text } = await look(sought);
      expect(status).toBe(200);
      expect(text).toContain('role="status"');
    },
  );

  it('may do without: all ways stand beside the field', async () => {
    const { text } = await somebody().get(page);
    expect(waysOn(text)).toEqual(['corp', 'partner', 'asleep', 'guests']);
    expect(text).toContain('<label for="sought">Your e-mail address</label>');
  });

  // Attack: somebody wants to know who has an account, and types one address after the other.
  it.each(['example.com', 'shared.example', 'elsewhere.example'])(
    'learns nothing about who exists at %s, and nobody is asked',
    async (domain) => {
      const [one, other] = [await look(`alice@${domain}`), await look(`n0b0dy.at.all@${domain}`)];
      const known = (text: string) => text.replaceAll(/alice@|n0b0dy\.at\.all@/g, '');
      expect(known(other.text)).toBe(known(one.text));
      expect([other.status, other.location]).toEqual([one.status, one.location]);
      expect(asked).toEqual([]);
    },
  );

  it('opens no connector that the client may not use, and is not told of it', async () => {
    const client = { ...testClient, connectors: ['partner', 'guests'] };
    const { text } = await look('alice@example.com', new Browser(app, 'alice-1', { client }));
    expect(text).not.toContain('name="password"');
    expect(waysOn(text)).toEqual(['partner', 'guests']);
  });

  it('keeps their address out of every address and log line of ours', async () => {
    const { headers, text } = await look('alice@elsewhere.example');
    expect(headers.get('location')).toBeNull();
    expect(text).not.toMatch(/(?:href|action|src)="[^"]*alice@/);
    expect(JSON.stringify(app.logLines)).not.toContain('alice@');
  });

  // Attack: a page of another site sends the form, and the person is at an upstream of its choice.
  it('does it on our own page', async () => {
    const alice = somebody();
    expect((await alice.post(`${page}/with`, { sought: 'bob@partner.example' })).status).toBe(403);
    expect(asked).toEqual([]);
  });

  // Attack: markup in place of an address.
  it('never writes into the page', async () => {
    const { text } = await look('"><script>alert(1)</script>@x<y.example');
    expect(text).not.toContain('<script>');
  });

  it('may type as much as they like: it is cut', async () => {
    const { status, text } = await look('a'.repeat(10_000));
    expect(status).toBe(200);
    expect(text).not.toContain('a'.repeat(255));
  });
});

describe('an upstream that is down', () => {
  it('is on the page as always, and its page leads back to the others', async () => {
    const alice = somebody();
    expect(waysOn((await alice.get(page)).text)).toContain('asleep');
    for (const answer of [await look('a@asleep.example', alice), await alice.get(`${page}/with/asleep`)]) {
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('href="/sso/login/alice-1/with">Sign in another way');
      expect(answer.text).toContain('href="/sso/login/alice-1/with/asleep">Try again');
    }
  });
});

describe('the field', () => {
  const several = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`Straße-${index}`, directory]));

  it('is not there for eight ways without domains', async () => {
    await open(several(8), {});
    expect((await somebody().get(page)).text).not.toContain('name="sought"');
  });

  it('finds a part of a name where there are more, however it is written', async () => {
    await open({ ...several(8), Société: directory }, {});
    const { text } = await somebody().get(page);
    expect(text).toContain('<label for="sought">Find by name</label>');
    expect(waysOn((await look('SOCIETE direct')).text)).toEqual(['Soci%C3%A9t%C3%A9']);
    expect(waysOn((await look('nothing of that')).text)).toHaveLength(9);
    expect(waysOn((await look('directory')).text)).toHaveLength(9);
  });

  it('that is sent empty, or not at all, shows the page again', async () => {
    const alice = somebody();
    expect(waysOn((await look('   ', alice)).text)).toHaveLength(4);
    const { text } = await alice.get(page);
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const without = await alice.post(`${page}/with?sought=corp`, { csrf });
    expect(waysOn(without.text)).toHaveLength(4);
  });

  it('is not needed where there is one way', async () => {
    const client = { ...testClient, connectors: ['corp'] };
    const { text } = await new Browser(app, 'alice-1', { client }).get(page);
    expect(text).toContain('name="password"');
    expect(text).not.toContain('name="sought"');
  });

  it('does not stand above the way that the client asked for', async () => {
    const { location } = await new Browser(app, 'alice-1', { connectorId: 'partner' }).get(page);
    expect(location).toBe('https://idp.example/sso');
  });
});
