import { describe, expect, test } from 'vitest';
import type { Problem } from './source/problem.ts';
import { type Attempt, attempt, complaint } from './testing/attempt.ts';

const minimal = 'issuer: http://127.0.0.1:5556\n';

/** With a way to sign in, whose absence is a warning too. */
async function warningsOf(text: string, options?: Attempt): Promise<readonly Problem[]> {
  return (await attempt(`${text}connectors: [{ id: l, type: local }]\n`, options)).warnings;
}

test('the least configuration has the defaults of the documentation', async () => {
  const { config, warnings } = await attempt(minimal);
  expect(config).toEqual({
    issuer: 'http://127.0.0.1:5556',
    listen: { host: '127.0.0.1', port: 5556 },
    trustedProxies: [],
    allowedOrigins: [],
    outgoing: {
      noProxy: ['localhost', '127.0.0.1', '::1'],
      timeouts: { connect: 5, headers: 10, silence: 10, whole: 15 },
    },
    database: { kind: 'embedded', path: '/etc/gatehouse/var/postgres' },
    seal: { kind: 'file', path: '/etc/gatehouse/var/seal.key' },
    signing: { algorithm: 'RS256' },
    tokens: {
      idToken: 600,
      accessToken: 600,
      code: 60,
      refreshIdle: 14 * 86_400,
      refreshMax: 90 * 86_400,
      refreshGrace: 60,
      upstreamCheck: 300,
      upstreamGrace: 3600,
      goneSuspension: 86_400,
    },
    sessions: { idle: 8 * 3600, max: 24 * 3600, remember: 30 * 86_400 },
    limits: {
      pendingSignIns: 10_000,
      passwordAttempts: { perAccount: { tries: 10, window: 300 }, perAddress: { tries: 100, window: 300 } },
    },
    branding: { name: 'Gatehouse' },
    log: { level: 'info', format: 'json' },
    plugins: [],
    connectors: [],
    clients: [],
    users: [],
    demo: false,
  });
  expect(warnings).toMatchObject([{ path: ['connectors'], message: 'there is none: nobody can sign in' }]);
});

test('all problems are shown at once, in columns, each with its line, its path and what was meant', async () => {
  const text = `
issuer: https://login.example.com
connectors:
  - id: corp
    type: directory
    config:
      host: ldap.example.com
      searches:
        - bsae: dc=example
  - id: github
    type: local
clients:
  - id: web
    secrets: []
    redirectUris: [https://web.example.com/cb]
    connectors: [githbu]
    refreshTokens: sometimes
`;
  expect(await complaint(text)).toBe(`\
gatehouse.yaml: 5 problems
  9:11    connectors[0].config.searches[0].base   is missing
  9:11    connectors[0].config.searches[0].bsae   unknown key; did you mean "base"?
  13:5    clients[0]                              needs secrets, or public: true
  16:18   clients[0].connectors[0]                there is no connector "githbu"; did you mean "github"?
  17:20   clients[0].refreshTokens                must be always, requested or never`);
});

describe('an issuer', () => {
  const at = (issuer: string, rest = '') => complaint(`issuer: ${issuer}\n${rest}`);

  test.each([
    ['login.example.com', 'must be an absolute URL such as https://login.example.com'],
    ['ldap://example.com', 'must begin with https://'],
    [
      'https://login.example.com/',
      'must not end with a slash: it is compared letter by letter, and half of all clients cut it off',
    ],
    [
      'https://login.example.com/dex/',
      'must not end with a slash: it is compared letter by letter, and half of all clients cut it off',
    ],
    ['https://login.example.com?a=b', 'must not have a query or a fragment'],
    ['"https://login.example.com#"', 'must not have a query or a fragment'],
    ['https://me:pw@login.example.com', 'must not contain a user name or password'],
    ['https://Login.example.com', 'is compared letter by letter: write it as https://login.example.com'],
    ['https://login.example.com:443', 'is compared letter by letter: write it as https://login.example.com'],
    [
      'https://login.example.com/a/../b',
      'is compared letter by letter: write it as https://login.example.com/b',
    ],
    [
      'http://login.example.com',
      'must be https unless it is a loopback address: over http anybody on the way can read passwords and tokens',
    ],
    [
      'http://127.0.0.1.example.com',
      'must be https unless it is a loopback address: over http anybody on the way can read passwords and tokens',
    ],
    ['', 'is empty: give it a value or take it out'],
    ['5', 'must be text'],
  ])('%s is refused', async (issuer, sentence) => {
    expect(await at(issuer)).toBe(`gatehouse.yaml: 1 problem\n  1:9   issuer   ${sentence}`);
  });

  test.each([
    'http://localhost:5556',
    'http://[::1]:5556',
    'http://127.1.2.3:5556/dex',
    'https://login.example.com/dex',
  ])('%s is taken exactly as it is written', async (issuer) => {
    const { config } = await attempt(`issuer: "${issuer}"`);
    expect(config.issuer).toBe(issuer);
  });

  test('http beyond loopback needs the option that says what it does', async () => {
    const warnings = await warningsOf('issuer: http://login.test\ninsecureHttpIssuer: true\n');
    expect(warnings).toMatchObject([
      { path: ['insecureHttpIssuer'], message: 'weakens security, as its name says' },
    ]);
  });

  // The attack: the played upstream, where anybody can be anybody, is left in a configuration that goes public.
  test('beyond loopback there is neither a demo nor a mock', async () => {
    const text = 'issuer: https://a.example\ndemo: true\nconnectors: [{ id: m, type: mock }]\n';
    expect(await complaint(text)).toBe(`\
gatehouse.yaml: 2 problems
  2:1    demo                 is for a loopback issuer only, and the issuer is https://a.example
  3:29   connectors[0].type   the type mock is for a loopback issuer only, and the issuer is https://a.example`);
  });

  test('does not fit a listener that serves TLS when it is http', async () => {
    const tls = { '/etc/gatehouse/c': 'x', '/etc/gatehouse/k': 'x' };
    const text = `${minimal}listen: { tls: { cert: c, key: k } }\n`;
    expect(await complaint(text, { files: tls })).toContain(
      '2:11   listen.tls   serves TLS, but the issuer begins with http://',
    );
  });
});

describe('a client', () => {
  const client = (text: string) => complaint(`${minimal}clients:\n  - ${text}\n`);
  const publicClient = (rest: string) => client(`{ id: a, public: true, ${rest} }`);

  test.each([
    ['http://example.com/cb', 'must be https: over http anybody on the way can take the code'],
    ['http://localhost.example.com/cb', 'must be https: over http anybody on the way can take the code'],
    ['"https://*.example.com/cb"', 'must be exact: a wildcard would let others receive the codes'],
    ['"https://example.com/cb#x"', 'must not have a fragment (RFC 6749 3.1.2)'],
    ['https://me@example.com/cb', 'must not contain a user name or password'],
    ['/cb', 'must be an absolute URL'],
    [
      '"javascript:alert(1)"',
      'must be https, http on a loopback address, or a scheme such as com.example.app:',
    ],
    ['"data:text/html,x"', 'must be https, http on a loopback address, or a scheme such as com.example.app:'],
    ['"com.example.app:/cb"', 'a scheme of its own is for a native client: add native: true'],
  ])('may not be sent back to %s', async (uri, sentence) => {
    expect(await publicClient(`redirectUris: [${uri}]`)).toContain(
      `clients[0].redirectUris[0]   ${sentence}`,
    );
    expect(await publicClient(`postLogoutRedirectUris: [${uri}]`)).toContain(
      `clients[0].postLogoutRedirectUris[0]   ${sentence}`,
    );
  });

  test.each([
    'https://example.com/cb',
    'http://localhost:8000',
    'http://127.0.0.1',
    'http://[::1]:8000',
    'com.example.app:/cb',
  ])('may be sent back to %s', async (uri) => {
    const { config } = await attempt(
      `${minimal}clients: [{ id: a, public: true, native: true, redirectUris: ["${uri}"] }]`,
    );
    expect(config.clients[0]?.redirectUris).toEqual([uri]);
  });

  test.each([
    [
      '{ id: a b, public: true }',
      'clients[0].id   may have letters, digits and . _ ~ : / @ - and begins with a letter or digit',
    ],
    ['{ id: a }', 'clients[0]   needs secrets, or public: true'],
    [
      '{ id: a, secrets: [hunter2hunter2hunter2] }',
      'clients[0].secrets[0]   is a secret: write { fromEnv: NAME } or { fromFile: path } here',
    ],
    ['{ id: a, public: true, requireGroups: [""] }', 'clients[0].requireGroups[0]   must not be empty'],
    [
      '{ id: a, public: true, groups: { include: ["a**"] } }',
      'clients[0].groups.include[0]   has two * in a row; one already stands for any run of characters',
    ],
    [
      '{ id: a, public: true, allowedOrigins: ["https://a.example/"] }',
      'clients[0].allowedOrigins[0]   must be an origin such as https://app.example.com, without a path, or *',
    ],
    ['{ id: a, public: true, trustedPeers: [b] }', 'clients[0].trustedPeers[0]   there is no client "b"'],
    ['a', 'clients[0]   must be a map of keys and values'],
  ])('as %s is refused', async (text, expected) => {
    expect(await client(text)).toContain(expected);
  });

  test.each([
    ['https://localhost:8000', 'must be http: a native client has no certificate for a loopback address'],
    ['http://127.0.0.2:8000', 'must be localhost, 127.0.0.1 or [::1] for a native client'],
  ])('that is native may not be sent back to %s', async (uri, sentence) => {
    expect(await publicClient(`native: true, redirectUris: [${uri}]`)).toContain(
      `clients[0].redirectUris[0]   ${sentence}`,
    );
  });

  test('with a name in place of a map says which keys the map has', async () => {
    expect(await client('{ id: a, public: true, groups: admins }')).toMatch(
      /clients\[0\]\.groups {3}must be a map of keys and values: .*include/,
    );
  });

  test('that is public has no secret, and another has two at most', async () => {
    const env = { A: 'a'.repeat(20), B: 'b'.repeat(20), C: 'c'.repeat(20) };
    const secrets = '[{ fromEnv: A }, { fromEnv: B }, { fromEnv: C }]';
    const text = `${minimal}clients:\n  - { id: a, public: true, secrets: [{ fromEnv: A }] }\n  - { id: b, secrets: ${secrets} }\n`;
    expect(await complaint(text, { env })).toBe(`\
gatehouse.yaml: 2 problems
  3:28   clients[0].secrets   a public client cannot keep a secret: take out secrets, or public: true
  4:23   clients[1].secrets   takes two secrets at most: the current one and the next`);
  });

  test('keeps of its secrets the hashes alone', async () => {
    const env = { A: 'correct horse battery staple' };
    const text = `${minimal}clients: [{ id: a, secrets: [{ fromEnv: A }], redirectUris: [https://a.example] }]`;
    const { config } = await attempt(text, { env });
    expect(config.clients[0]?.secretHashes).toEqual([
      'c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a',
    ]);
    expect(config.clients[0]).not.toHaveProperty('secrets');
    expect(await warningsOf(`${text}\n`, { env })).toEqual([]);
  });

  test('signs as the broker does unless it says otherwise', async () => {
    const { config } = await attempt(
      `${minimal}signing: { algorithm: ES256 }\nclients: [{ id: a, public: true }, { id: b, public: true, idTokenAlgorithm: RS256 }]`,
    );
    expect(config.clients.map(({ idTokenAlgorithm }) => idTokenAlgorithm)).toEqual(['ES256', 'RS256']);
  });

  test('named demo comes with demo: true, and only from there', async () => {
    const { config } = await attempt(`${minimal}demo: true`);
    expect(config.clients).toMatchObject([
      {
        id: 'demo',
        public: true,
        redirectUris: ['http://127.0.0.1:5556/demo/callback'],
        refreshTokens: 'never',
      },
    ]);
    expect(await complaint(`${minimal}demo: true\nclients: [{ id: demo, public: true }]`)).toContain(
      'clients[0].id   is the id of the client that demo: true brings',
    );
  });
});

describe('connectors', () => {
  const connectors = (...entries: string[]) =>
    `${minimal}connectors:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`;

  test.each([
    [
      '{ id: a corp, type: local }',
      '3:11   connectors[0].id   may have letters, digits and, between them, hyphens, dots and underscores',
    ],
    [
      '{ id: .., type: local }',
      '3:11   connectors[0].id   may have letters, digits and, between them, hyphens, dots and underscores',
    ],
    [
      '{ id: a, type: lokal }',
      '3:20   connectors[0].type   there is no connector type "lokal"; did you mean "local"?',
    ],
    [
      '{ id: a, type: saml }',
      '3:20   connectors[0].type   there is no connector type "saml"; there are directory, local, mock, and what plugins bring',
    ],
    ['{ id: a, type: directory }', '3:5   connectors[0].config.host   is missing'],
    ['{ id: a, type: local, config: }', 'connectors[0].config   is empty: give it a value or take it out'],
    ['{ id: a, type: local, config: { hots: x } }', '3:37   connectors[0].config.hots   unknown key'],
    [
      '{ id: a, type: directory, config: { hots: x, host: y } }',
      '3:41   connectors[0].config.hots   unknown key; did you mean "host"?',
    ],
    ['{ id: a, type: directory, config: { host: "" } }', 'connectors[0].config.host   must not be empty'],
    [
      '{ id: a, type: directory, config: { host: x, searches: [{ base: y, depth: 10 }] } }',
      'connectors[0].config.searches[0].depth   must be at most 9',
    ],
    [
      '{ id: a, type: local, rules: { groups: { rename: { boss: "system:masters" } } } }',
      'connectors[0].rules.groups.rename.boss   must not begin with system: (Kubernetes keeps these groups for itself)',
    ],
    [
      '{ id: a, type: local, rules: { groups: { prefix: "system:" } } }',
      'connectors[0].rules.groups.prefix   must not begin with system: (Kubernetes keeps these groups for itself)',
    ],
    [
      '{ id: a, type: local, rules: { deny: { groups: leavers } } }',
      'connectors[0].rules.deny.groups   must be a list',
    ],
    [
      '{ id: a, type: local, domains: ["@example.com"] }',
      'connectors[0].domains[0]   must be a domain such as example.com',
    ],
  ])('as %s are refused', async (entry, expected) => {
    expect(await complaint(connectors(entry))).toContain(expected);
  });

  test('share no id', async () => {
    expect(await complaint(connectors('{ id: a, type: local }', '{ id: a, type: mock }'))).toBe(
      'gatehouse.yaml: 1 problem\n  4:11   connectors[1].id   "a" is the id of connectors[0] already',
    );
  });

  test('get their configuration as their own schema returned it, and the title of their type', async () => {
    const { config } = await attempt(
      connectors('{ id: a, type: directory, config: { host: x }, domains: [Example.com] }'),
    );
    expect(config.connectors).toEqual([
      {
        id: 'a',
        type: 'directory',
        name: 'A directory',
        domains: ['example.com'],
        config: { host: 'x', insecureNoTls: false, searches: [] },
        rules: {},
      },
    ]);
  });

  test('may be made for the issuer', async () => {
    const seen: string[] = [];
    const definitions = (issuer: string) => {
      seen.push(issuer);
      return [];
    };
    await attempt('issuer: https://a.example/b', { definitions });
    await complaint('demo: 1', { definitions });
    expect(seen).toEqual(['https://a.example/b', '']);
  });

  test('warn of options that weaken them', async () => {
    const { warnings } = await attempt(
      connectors('{ id: a, type: directory, config: { host: x, insecureNoTls: true } }'),
    );
    expect(warnings).toMatchObject([
      { path: ['connectors', 0, 'config', 'insecureNoTls'], position: { line: 3, column: 50 } },
    ]);
  });
});

describe('plugins', () => {
  const text = `${minimal}plugins: ["@acme/crowd"]\nconnectors: [{ id: a, type: crowd }]\n`;
  const schema = { '~standard': { version: 1, vendor: 'acme', validate: (value: unknown) => ({ value }) } };
  const plugin = { kit: 1, type: 'crowd', title: 'Crowd', config: schema, open: () => ({}) };

  test('bring further types', async () => {
    const { definitions, config } = await attempt(text, { loadPlugin: async () => plugin });
    expect(definitions.map(({ type }) => type)).toContain('crowd');
    expect(config.connectors[0]?.name).toBe('Crowd');
  });

  test.each([
    [{ ...plugin, kit: 2 }, 'is made for kit 2 of the connector contract; this is kit 1'],
    [{ ...plugin, type: 'local' }, 'brings the type "local", which is there already'],
    [{ ...plugin, type: 5 }, 'has no usable type'],
    [{ ...plugin, open: null }, 'has no function open'],
    [{ ...plugin, config: {} }, 'has no config that speaks Standard Schema'],
    [null, 'has no connector definition as its default export'],
  ])('that do not fit stop the start under their name', async (value, sentence) => {
    expect(await complaint(text, { loadPlugin: async () => value })).toContain(
      `2:11   plugins[0]           "@acme/crowd" ${sentence}`,
    );
  });
});

describe('users', () => {
  const withLocal = (text: string) => `${minimal}connectors: [{ id: l, type: local }]\n${text}`;

  test('need a connector of type local', async () => {
    expect(
      await complaint(`${minimal}users: [{ email: a@b, passwordHash: $2 }]\nfirstUser: { email: c@d }\n`),
    ).toBe(`\
gatehouse.yaml: 2 problems
  2:1   users       needs a connector of type local
  3:1   firstUser   needs a connector of type local`);
  });

  test('are there once, and have a hash that can be checked', async () => {
    const text = withLocal(`users:
  - { email: a@example.com, passwordHash: hunter2, id: x }
  - { email: A@EXAMPLE.com, passwordHash: $2, id: x }
firstUser: { email: A@example.com }
`);
    const shown = await complaint(text);
    expect(shown).toBe(`\
gatehouse.yaml: 4 problems
  4:43   users[0].passwordHash   not a hash
  5:14   users[1].email          "a@example.com" is the email of users[0] already
  5:51   users[1].id             "x" is the id of users[0] already
  6:21   firstUser.email         is the email of users[0] already`);
    expect(shown).not.toContain('hunter2');
  });

  test('without an id get one from their address, in any case, and always the same', async () => {
    const ids = async (email: string) =>
      (await attempt(withLocal(`users: [{ email: ${email}, passwordHash: $2 }]`))).config.users.map(
        ({ id }) => id,
      );
    expect(await ids('Anna@Example.com')).toEqual(['dc550aa2-406f-8218-89c4-a427f5ed7d23']);
    expect(await ids('anna@example.com')).toEqual(await ids('Anna@Example.com'));
    expect(await ids('anne@example.com')).not.toEqual(await ids('anna@example.com'));
  });
});

describe('lifetimes', () => {
  test.each([
    [
      '{ refreshGrace: 5m, refreshIdle: 5m }',
      'tokens.refreshGrace   must be shorter than tokens.refreshIdle',
    ],
    ['{ refreshIdle: 100d }', 'tokens.refreshIdle   must not be longer than tokens.refreshMax'],
    ['{ code: 11m }', 'tokens.code   must be at most 10m'],
    ['{ idToken: 0s }', 'tokens.idToken   must be at least 10s'],
    ['{ idToken: 600 }', 'tokens.idToken   must be a duration such as 90s, 10m, 1h30m or 14d'],
    ['{ idTokens: 10m }', 'tokens.idTokens   unknown key; did you mean "idToken"?'],
  ])('of tokens as %s are refused', async (tokens, expected) => {
    expect(await complaint(`${minimal}tokens: ${tokens}`)).toContain(expected);
  });

  test('of sessions fit each other', async () => {
    expect(await complaint(`${minimal}sessions: { idle: 2d }`)).toContain(
      'sessions.idle   must not be longer than sessions.max',
    );
  });
});

describe('places and files', () => {
  test('paths begin at the folder of the file', async () => {
    const files = { '/etc/gatehouse/logo.svg': '<svg/>' };
    const text = `${minimal}database: { embedded: ../db/postgres }\nbranding: { logo: ./logo.svg }\n`;
    const { config } = await attempt(text, { files });
    expect(config.database).toEqual({ kind: 'embedded', path: '/etc/db/postgres' });
    expect(config.seal).toEqual({ kind: 'file', path: '/etc/db/seal.key' });
    expect(config.branding.logo).toBe('/etc/gatehouse/logo.svg');
  });

  test('a file that is named must be there', async () => {
    expect(await complaint(`${minimal}branding: { css: brand.css }`)).toContain(
      'branding.css   the file "/etc/gatehouse/brand.css" does not exist',
    );
    expect(await complaint(`${minimal}connectors: [{ id: a, type: mock, mark: ./acme.svg }]`)).toContain(
      'connectors[0].mark   the file "/etc/gatehouse/acme.svg" does not exist',
    );
  });

  test.each(['10.0.0.0/33', 'localhost', '10.0.0.0/', '::1/129', '1.2.3.4/8/8'])(
    '%s is no range of proxies',
    async (range) => {
      expect(await complaint(`${minimal}trustedProxies: ["${range}"]`)).toContain(
        'trustedProxies[0]   must be an IP address or a range such as 10.0.0.0/8',
      );
    },
  );
});

describe('warnings', () => {
  test('an https issuer without anything that ends TLS', async () => {
    const warnings = await warningsOf('issuer: https://a.example\n');
    expect(warnings).toMatchObject([{ path: ['issuer'] }]);
    expect(await warningsOf('issuer: https://a.example\ntrustedProxies: [10.0.0.1]\n')).toEqual([]);
  });

  test('a loopback issuer that the network can reach, or that nobody can', async () => {
    const warnings = await warningsOf(`${minimal}listen: { host: 0.0.0.0, port: 5557 }\n`);
    expect(warnings.map(({ message }) => message)).toEqual([
      'is open to the network, without TLS, while the issuer is a loopback address',
      'is 5557, but the issuer says 5556',
    ]);
  });

  test('clients that are weaker than they look', async () => {
    const text = `${minimal}clients:
  - { id: a, public: true, refreshTokens: always, redirectUris: [https://a.example] }
  - { id: b, secrets: [{ fromEnv: B }], redirectUris: [https://b.example] }
  - { id: c, public: true, native: true, silentLoopback: true, redirectUris: [http://localhost] }
  - { id: d, public: true }
`;
    const warnings = await warningsOf(text, { env: { B: 'short' } });
    expect(warnings.map(({ path }) => path.join('.'))).toEqual([
      'clients.0.refreshTokens',
      'clients.1.secrets.0',
      'clients.2.silentLoopback',
      'clients.3',
    ]);
  });

  test('variables that look as if they changed something, and do not', async () => {
    const env = {
      GATEHOUSE_ISSUER: 'x',
      GATEHOUSE_ADMIN_PASWORD: 'x',
      GATEHOUSE_ADMIN_PASSWORD: 'x',
      GATEHOUSE_PORT_5556_TCP: 'x',
      GATEHOUSE_SECRET: 'x'.repeat(20),
      HOME: '/',
    };
    const text = `${minimal}clients: [{ id: a, secrets: [{ fromEnv: GATEHOUSE_SECRET }], redirectUris: [https://a.example] }]\n`;
    expect(await warningsOf(text, { env })).toEqual([
      {
        path: [],
        message:
          'the environment variable "GATEHOUSE_ADMIN_PASWORD" is not read; did you mean "GATEHOUSE_ADMIN_PASSWORD"?',
      },
      { path: [], message: 'the environment variable "GATEHOUSE_ISSUER" is not read' },
    ]);
  });
});
