/** What a hostile OpenID Connect provider may try, one lie a row, and how a sign-in must end. */
import type { ServerResponse } from 'node:http';
import type { ConnectorErrorCode } from '@gatehouse/connector-kit';
import {
  type Keys,
  type Members,
  makeKeys,
  type OidcLies,
  seconds,
  signed,
  signedWithPublicKey,
  unsigned,
} from './oidc-provider.ts';

export interface OidcCase {
  /** What is tried, and what it would be good for. */
  readonly attack: string;
  readonly lies: OidcLies;
  readonly config?: Members;
  /** Of the client: the sign-in that the browser began was to be a fresh one. */
  readonly fresh?: boolean;
  readonly refused: readonly [code: ConnectorErrorCode, reason: RegExp];
}

const strangers = await makeKeys();
const small = await makeKeys('ES256', 'k-2');

export const oidcCases: readonly OidcCase[] = [
  ...documents(),
  ...answers(),
  ...parties(),
  ...times(),
  ...signatures(),
  ...forms(),
  ...userinfo(),
  ...transport(),
];

function documents(): readonly OidcCase[] {
  const other = (change: Members) => ({ discovery: (honest: Members) => ({ ...honest, ...change }) });
  return [
    row('the document is of another issuer', other({ issuer: 'https://accounts.example.com' }), [
      'misconfigured',
      /is of the issuer/,
    ]),
    row(
      'the issuer has a slash more',
      { discovery: (honest) => ({ ...honest, issuer: `${honest.issuer}/` }) },
      ['misconfigured', /is of the issuer/],
    ),
    row('the document has no issuer', other({ issuer: undefined }), ['bad_response', /issuer|malformed/]),
    row('endpoints are no text', other({ token_endpoint: ['/token'] }), ['bad_response', /token_endpoint/]),
    row('the document is a list', { discovery: raw('[]') }, ['bad_response', /discovery document/]),
    row('the document is HTML', { discovery: raw('<html>', 'text/html') }, [
      'bad_response',
      /discovery document/,
    ]),
    row(
      'the keys are at the metadata service of a cloud',
      other({ jwks_uri: 'https://169.254.169.254/latest/meta-data' }),
      ['misconfigured', /169\.254\.169\.254 has an address that no upstream has/],
    ),
    row('the keys come without TLS', other({ jwks_uri: 'http://sso.example.com/keys' }), [
      'misconfigured',
      /sso\.example\.com is not HTTPS/,
    ]),
    row(
      'the token endpoint, which gets our secret, is in our own network',
      other({ token_endpoint: 'https://10.0.0.1/token' }),
      ['misconfigured', /10\.0\.0\.1 has a private address/],
    ),
    row(
      'the token endpoint is on this computer, by a name that hides it',
      other({ token_endpoint: 'https://sso.localhost/token' }),
      ['misconfigured', /sso\.localhost has a private address/],
    ),
    row(
      'the token endpoint is at another port of the upstream',
      other({ token_endpoint: 'http://127.0.0.1:9/token' }),
      ['misconfigured', /127\.0\.0\.1:9 is not HTTPS/],
    ),
    row('the browser is sent to a file', other({ authorization_endpoint: 'file:///etc/passwd' }), [
      'bad_response',
      /discovery document/,
    ]),
    row('the browser is sent to a script', other({ authorization_endpoint: 'javascript:alert(1)' }), [
      'bad_response',
      /discovery document/,
    ]),
  ];
}

/** RFC 9207: mix-up; RFC 6749, section 10.12: login CSRF. */
function answers(): readonly OidcCase[] {
  const back = (change: (params: URLSearchParams) => void) => ({ back: change });
  return [
    row(
      'mix-up: the answer is of another issuer',
      back((params) => params.set('iss', 'https://evil.example')),
      ['bad_response', /"iss"/],
    ),
    row(
      'mix-up: an upstream that always says who it is does not',
      back((params) => params.delete('iss')),
      ['bad_response', /"iss"/],
    ),
    row(
      'the state is of another login',
      back((params) => params.set('state', 'another')),
      ['bad_response', /state/],
    ),
    row(
      'there is no state',
      back((params) => params.delete('state')),
      ['bad_response', /state/],
    ),
    row(
      'the state is there twice',
      back((params) => params.append('state', 'another')),
      ['bad_response', /"state"/],
    ),
    row(
      'the code is there twice',
      back((params) => params.append('code', 'another')),
      ['bad_response', /"code"/],
    ),
    row(
      'the code is another one',
      back((params) => params.set('code', 'another')),
      ['bad_response', /invalid_grant/],
    ),
    row(
      'an ID token comes through the browser',
      back((params) => params.set('id_token', unsigned({}))),
      ['bad_response', /hybrid/],
    ),
    row(
      'an error has a script in it',
      back((params) => params.set('error', '<script>\n\u202e')),
      ['bad_response', /said no/],
    ),
    row(
      'the upstream is out of order',
      back((params) => params.set('error', 'server_error')),
      ['unavailable', /server_error/],
    ),
  ];
}

function parties(): readonly OidcCase[] {
  return [
    row('the token is of another issuer', claims({ iss: 'https://evil.example' }), ['bad_response', /"iss"/]),
    row('the token was made for another client', claims({ aud: 'another-client' }), [
      'bad_response',
      /"aud"/,
    ]),
    row('the token was made for nobody', claims({ aud: undefined }), ['bad_response', /"aud"/]),
    row(
      'the token was made for others as well',
      claims({ aud: ['gatehouse', 'another'], azp: 'gatehouse' }),
      ['bad_response', /others as well/],
    ),
    row('the token was asked for by another client', claims({ azp: 'another-client' }), [
      'bad_response',
      /azp/,
    ]),
    row('several audiences, and nobody who asked', claims({ aud: ['gatehouse', 'another'] }), [
      'bad_response',
      /"aud".*additional untrusted audiences/,
    ]),
    row(
      'several audiences that are all allowed, and nobody who asked',
      claims({ aud: ['gatehouse', 'partner'] }),
      ['bad_response', /"aud".*additional untrusted audiences/],
      { config: { trustedAudiences: ['partner'] } },
    ),
    row(
      'several audiences that are all allowed, and one of the others has asked',
      claims({ aud: ['gatehouse', 'partner'], azp: 'partner' }),
      ['bad_response', /"azp"/],
      { config: { trustedAudiences: ['partner'] } },
    ),
    row(
      'for an audience that is allowed, and not for us',
      claims({ aud: 'partner' }),
      ['bad_response', /"aud"/],
      { config: { trustedAudiences: ['partner'] } },
    ),
    row('the audience is ours but for its case', claims({ aud: 'Gatehouse' }), ['bad_response', /"aud"/]),
    row('the token is of another sign-in', claims({ nonce: 'another' }), ['bad_response', /nonce/]),
    row('the token is of no sign-in', claims({ nonce: undefined }), ['bad_response', /nonce/]),
    row('the token names nobody', claims({ sub: undefined }), ['bad_response', /"sub"/]),
    row(
      'the token endpoint repeats what it was sent',
      { token: (_, sent) => repeated([...sent.values()].join(' ')) },
      ['bad_response', /said no \(invalid_request: /],
      { config: { clientAuthentication: 'client_secret_post' } },
    ),
    row(
      'the token endpoint repeats it as it was written on the way',
      { token: (_, sent) => repeated(String(sent)) },
      ['bad_response', /said no \(invalid_request: /],
      { config: { clientAuthentication: 'client_secret_post' } },
    ),
    row('there is no token', { token: ({ id_token: _, ...rest }) => rest }, ['bad_response', /id_token/]),
    row('no domain of ours', claims({ hd: 'evil.example' }), ['not_allowed', /hostedDomains/], {
      config: { preset: 'google', hostedDomains: ['example.com'] },
    }),
    row('no domain at all', claims({}), ['not_allowed', /no domain/], {
      config: { preset: 'google', hostedDomains: ['example.com'] },
    }),
    row('less proof than was asked for', claims({ acr: 'urn:password' }), ['not_allowed', /acrValues/], {
      config: { acrValues: ['urn:phishing-resistant'] },
    }),
    row('no word about the proof', claims({}), ['not_allowed', /nothing in particular/], {
      config: { acrValues: ['urn:phishing-resistant'] },
    }),
  ];
}

function times(): readonly OidcCase[] {
  const now = seconds();
  return [
    row('the token has expired', claims({ exp: now - 3600 }), ['bad_response', /"exp"/]),
    row('the token never expires', claims({ exp: undefined }), ['bad_response', /"exp"/]),
    row('the token is not valid yet', claims({ nbf: now + 3600 }), ['bad_response', /"nbf"/]),
    row('the expiry is text', claims({ exp: 'never' }), ['bad_response', /"exp"/]),
    row('the person will sign in tomorrow', claims({ auth_time: now + 86_400 }), [
      'bad_response',
      /time to come/,
    ]),
    row(
      'the person signed in at the end of time',
      claims({ auth_time: 1e300 }),
      ['bad_response', /time to come/],
      {
        fresh: true,
      },
    ),
    row('nobody was asked again', claims({ auth_time: now - 7200 }), ['denied', /older one/], {
      fresh: true,
    }),
    row(
      'nobody says whether they were asked again',
      claims({ auth_time: undefined }),
      ['misconfigured', /auth_time/],
      { fresh: true },
    ),
    row('the time of the sign-in is text', claims({ auth_time: 'just now' }), ['bad_response', /auth_time/], {
      fresh: true,
    }),
  ];
}

function signatures(): readonly OidcCase[] {
  const token = (make: NonNullable<OidcLies['idToken']>) => ({ idToken: make });
  const keys = (set: unknown) => ({ keys: () => ({ keys: set }) });
  return [
    row(
      '`alg: none`',
      token((all) => unsigned(all)),
      ['bad_response', /"alg"/],
    ),
    row(
      '`alg: NONE`',
      token((all) => unsigned(all, 'NONE')),
      ['bad_response', /"alg"/],
    ),
    row('HS256, with the public key for a secret', token(signedWithPublicKey), ['bad_response', /"alg"/]),
    row(
      'HS256, and the document says that this is usual',
      {
        ...token(signedWithPublicKey),
        discovery: (honest) => ({ ...honest, id_token_signing_alg_values_supported: ['HS256', 'none'] }),
      },
      ['bad_response', /"alg"/],
    ),
    row(
      "a key that is not the upstream's",
      token((all) => signed(all, strangers)),
      ['bad_response', /signature/],
    ),
    row(
      'a key that the token brings along',
      token((all) => signed(all, strangers, { jwk: strangers.jwk })),
      ['bad_response', /signature/],
    ),
    row(
      'a key that nobody knows',
      token((all) => signed(all, strangers, { kid: 'k-9' })),
      ['bad_response', /no applicable keys/],
    ),
    row(
      'keys from where the token says',
      token((all) => signed(all, strangers, { jku: 'http://127.0.0.1:9/', kid: 'k-9' })),
      ['bad_response', /no applicable keys/],
    ),
    row(
      'a critical extension that we do not know',
      token((all, own) => signedCritical(all, own)),
      ['bad_response', /"crit"/],
    ),
    row(
      'a signature cut off',
      token(async (all, own) => (await signed(all, own)).replace(/[^.]+$/, '')),
      ['bad_response', /signature/],
    ),
    row(
      'claims changed after they were signed',
      token(async (all, own) => forged(await signed(all, own), { ...all, sub: 'u-2' })),
      ['bad_response', /signature/],
    ),
    row(
      'an algorithm that the operator does not allow',
      { idToken: (all) => signed(all, small), keys: () => ({ keys: [small.jwk] }) },
      ['bad_response', /"alg"/],
      { config: { algorithms: ['RS256'] } },
    ),
    row('no keys', keys([]), ['bad_response', /no applicable keys/]),
    row('keys that are no list', keys('k-1'), ['bad_response', /"keys".*must be an array/]),
    row('keys that are none', keys([{ kty: 'RSA', kid: 'k-1', n: 'AQAB', e: '' }]), [
      'bad_response',
      /modulusLength/,
    ]),
    row('two keys by one name', { keys: ({ keys: [own] }) => ({ keys: [own, strangers.jwk] }) }, [
      'bad_response',
      /multiple/,
    ]),
    row(
      'an encrypted token',
      token(() => 'a.b.c.d.e'),
      ['bad_response', /JWE/],
    ),
    row(
      'no token at all in its place',
      token(() => 'not-a-token'),
      ['bad_response', /JWT/],
    ),
  ];
}

function forms(): readonly OidcCase[] {
  return [
    row('the subject is a number', claims({ sub: 42 }), ['bad_response', /"sub"/]),
    row('the subject is empty', claims({ sub: '' }), ['misconfigured', /claims\.id/]),
    row('the groups are a number', claims({ groups: 42 }), ['bad_response', /"groups"/]),
    row('the groups are an object', claims({ groups: { staff: true } }), ['bad_response', /"groups"/]),
    row('a group is a number', claims({ groups: ['staff', 42] }), ['bad_response', /"groups"/]),
    row('a group is an object without a name', claims({ groups: [{ id: 'staff' }] }), [
      'bad_response',
      /"groups"/,
    ]),
    row('a group is a list', claims({ groups: [['staff']] }), ['bad_response', /"groups"/]),
    row(
      'the groups did not fit into the token',
      claims({ groups: undefined, _claim_names: { groups: 'src1' } }),
      ['misconfigured', /more groups than the token can hold/],
    ),
    row('the groups did not fit, by a flag', claims({ groups: undefined, hasgroups: true }), [
      'misconfigured',
      /more groups than the token can hold/,
    ]),
    row('the groups did not fit, by a flag that is text', claims({ groups: undefined, hasgroups: 'true' }), [
      'misconfigured',
      /more groups than the token can hold/,
    ]),
    row(
      'nested groups did not fit',
      claims({ groups: undefined, _claim_names: { realm_access: 'src1' } }),
      ['misconfigured', /more groups than the token can hold/],
      { config: { claims: { groups: 'realm_access.roles' } } },
    ),
    row('the groups did not fit, and some are there', claims({ _claim_names: { groups: 'src1' } }), [
      'misconfigured',
      /more groups than the token can hold/,
    ]),
    row('the name is a list', claims({ preferred_username: ['ada'] }), [
      'bad_response',
      /preferred_username/,
    ]),
    row('the address is an object', claims({ email: { address: 'a@b.c' } }), ['bad_response', /"email"/]),
    row('the methods are a number', claims({ amr: 1 }), ['bad_response', /"amr"/]),
    row('the level is a list', claims({ acr: ['a'] }), ['bad_response', /"acr"/]),
    row("a claim of JavaScript's own", claims({ groups: undefined }), ['bad_response', /"constructor"/], {
      config: { claims: { groups: [{ claim: 'constructor', required: true }] } },
    }),
  ];
}

function userinfo(): readonly OidcCase[] {
  const config = { userinfo: true };
  const about = (how: NonNullable<OidcLies['userinfo']>) => ({ userinfo: how });
  return [
    row(
      'userinfo is of another person',
      about((honest) => ({ ...honest, sub: 'u-2' })),
      ['bad_response', /"sub"/],
      { config },
    ),
    row(
      'userinfo is of nobody',
      about(({ sub: _, ...rest }) => rest),
      ['bad_response', /"sub"/],
      { config },
    ),
    row(
      'userinfo is signed by nobody',
      about((honest) => jwt(unsigned({ ...honest, iss: 'x', aud: 'gatehouse' }))),
      ['bad_response', /"alg"/],
      { config },
    ),
    row(
      'userinfo has the level that the ID token does not have',
      about((honest) => ({ ...honest, acr: 'urn:phishing-resistant' })),
      ['not_allowed', /nothing in particular/],
      { config: { ...config, acrValues: ['urn:phishing-resistant'] } },
    ),
    row('userinfo is a list', about(raw('[]')), ['bad_response', /userinfo/], { config }),
    row(
      'userinfo takes no token of its own',
      about(
        () => (response) =>
          void response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end(),
      ),
      ['unavailable', /does not take/],
      { config },
    ),
  ];
}

function transport(): readonly OidcCase[] {
  const redirect = (to: string) => (response: ServerResponse) =>
    void response.writeHead(307, { location: to }).end();
  const everywhere = ['discovery', 'token', 'keys', 'userinfo'] as const;
  const names = {
    discovery: 'the discovery document',
    token: 'the tokens',
    keys: 'the keys',
    userinfo: 'the person',
  };
  const rows = everywhere.flatMap((place) => [
    row(`${names[place]}: sent on to a private address`, { [place]: () => redirect('http://127.0.0.1:1/') }, [
      'misconfigured',
      /redirect/,
    ]),
    row(`${names[place]}: an answer without end`, { [place]: () => endless }, [
      'unavailable',
      /is larger than/,
    ]),
    row(`${names[place]}: a byte a second`, { [place]: () => slow }, [
      'unavailable',
      /no whole answer.*within/,
    ]),
    row(`${names[place]}: no answer`, { [place]: () => silent }, ['unavailable', /no answer.*in time/]),
    row(`${names[place]}: cut off`, { [place]: () => cutOff }, ['unavailable', /no whole answer.*SOCKET/]),
    row(
      `${names[place]}: out of order`,
      { [place]: () => (response: ServerResponse) => void response.writeHead(503).end() },
      ['unavailable', /503/],
    ),
    row(
      `${names[place]}: too many requests`,
      {
        [place]: () => (response: ServerResponse) =>
          void response.writeHead(429, { 'retry-after': '7' }).end(),
      },
      ['unavailable', /429/],
    ),
    row(`${names[place]}: JSON a million deep`, { [place]: () => raw('['.repeat(1_000_000))() }, [
      'bad_response',
      /JSON/,
    ]),
  ]);
  return rows.map((one) => ('userinfo' in one.lies ? { ...one, config: { userinfo: true } } : one));
}

function row(
  attack: string,
  lies: OidcLies,
  refused: OidcCase['refused'],
  more: Pick<OidcCase, 'config' | 'fresh'> = {},
): OidcCase {
  return { attack, lies, refused, ...more };
}

function claims(change: Members): OidcLies {
  return { claims: (honest) => ({ ...honest, ...change }) };
}

function jwt(token: string) {
  return raw(token, 'application/jwt')();
}

function raw(body: string, type = 'application/json') {
  return () => (response: ServerResponse) => void response.writeHead(200, { 'content-type': type }).end(body);
}

/** As proxies and services in a debug mode do: with the client's secret, the code and its verifier. */
function repeated(sent: string) {
  const body = JSON.stringify({ error: 'invalid_request', error_description: sent });
  return (response: ServerResponse) =>
    void response.writeHead(400, { 'content-type': 'application/json' }).end(body);
}

function endless(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

function slow(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 100);
  response.once('close', () => clearInterval(timer));
}

function silent(): void {}

function cutOff(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{');
  setImmediate(() => response.destroy());
}

function forged(token: string, claims: Members): string {
  const [header, , signature] = token.split('.');
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}

/** jose does not sign what it does not know, so the header is written by hand and the signature is of it. */
async function signedCritical(all: Members, own: Keys): Promise<string> {
  const { FlattenedSign } = await import('jose');
  const payload = new TextEncoder().encode(JSON.stringify(all));
  const jws = await new FlattenedSign(payload)
    .setProtectedHeader({
      alg: 'RS256',
      kid: 'k-1',
      crit: ['urn:example:unknown'],
      'urn:example:unknown': true,
    })
    .sign(own.privateKey, { crit: { 'urn:example:unknown': true } });
  return `${jws.protected}.${jws.payload}.${jws.signature}`;
}
