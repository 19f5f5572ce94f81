/**
 * A real OpenID Connect provider in a process of its own: oidc-provider with people instead of pages. It signs in
 * whoever is told, asks nothing, and can be told to be away, to hang, or to lose its userinfo endpoint.
 *
 * Its one argument is a `ProviderSetup` as JSON. It prints its issuer, and is steered by `POST /control`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

export interface UpstreamPerson {
  readonly sub: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface ProviderSetup {
  readonly clients: readonly Readonly<Record<string, unknown>>[];
  readonly people: readonly UpstreamPerson[];
}

export interface ProviderOrders {
  readonly mode?: 'well' | 'down' | 'hang' | 'overloaded' | 'no userinfo' | 'no keys';
  readonly people?: readonly UpstreamPerson[];
  /** Who signs in; absent after `null`: whoever comes declines. */
  readonly signsIn?: string | null;
}

const setup: ProviderSetup = JSON.parse(process.argv[2] ?? '{}');
let people = setup.people;
let mode: NonNullable<ProviderOrders['mode']> = 'well';
let signsIn: string | null = setup.people[0]?.sub ?? null;

const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const names = [...new Set(setup.people.flatMap(({ claims }) => Object.keys(claims)))];
const day = 86_400;

const provider = new Provider(issuer, {
  clients: setup.clients.map((client) => ({ ...client })) as never,
  jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'k-1', use: 'sig', alg: 'RS256' }] } as never,
  claims: { openid: ['sub', ...names], email: ['email', 'email_verified'], profile: ['name'] },
  scopes: ['openid', 'offline_access', 'profile', 'email'],
  acrValues: ['urn:example:gold'],
  conformIdTokenClaims: false,
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: true },
    backchannelLogout: { enabled: true },
  },
  // Its own way out does not go to this computer.
  fetch: ((url: string, options: object) =>
    fetch(url, { ...options, dispatcher: undefined } as object)) as never,
  pkce: { required: () => true },
  ttl: {
    IdToken: day,
    AccessToken: day,
    RefreshToken: day,
    Session: day,
    Grant: day,
    Interaction: 600,
    AuthorizationCode: 60,
  },
  issueRefreshToken: async () => true,
  rotateRefreshToken: true,
  findAccount: async (_, sub) => {
    const person = people.find((one) => one.sub === sub);
    return person && { accountId: sub, claims: async () => ({ sub, ...person.claims }) };
  },
  interactions: { url: (_, { uid }) => `/interaction/${uid}` },
});

/** What a service without OpenID Connect has in place of userinfo. */
provider.use(async (ctx, next) => {
  if (ctx.path !== '/api/user') return next();
  const token = await provider.AccessToken.find(ctx.get('authorization').replace(/^Bearer /, ''));
  const person = people.find(({ sub }) => sub === token?.accountId);
  ctx.status = person === undefined ? 401 : 200;
  ctx.body = person === undefined ? {} : { id: Number(person.sub.replace(/\D/g, '')), ...person.claims };
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { prompt, params } = await provider.interactionDetails(ctx.req, ctx.res);
  if (signsIn === null) {
    await provider.interactionFinished(ctx.req, ctx.res, { error: 'access_denied' });
  } else if (prompt.name === 'login') {
    await provider.interactionFinished(ctx.req, ctx.res, {
      login: { accountId: signsIn, acr: 'urn:example:gold', amr: ['pwd', 'otp'] },
    });
  } else {
    const grant = new provider.Grant({ accountId: signsIn, clientId: String(params.client_id) });
    grant.addOIDCScope('openid offline_access profile email');
    await provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } });
  }
  ctx.respond = false;
});

const answer = provider.callback();

async function control(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of request) body += chunk;
  const orders: ProviderOrders = JSON.parse(body);
  mode = orders.mode ?? mode;
  people = orders.people ?? people;
  signsIn = orders.signsIn === undefined ? signsIn : orders.signsIn;
  response.end('{}');
}

server.on('request', (request, response) => {
  const path = (request.url ?? '').split('?')[0];
  if (path === '/control') void control(request, response);
  else if (mode === 'down') request.socket.destroy();
  else if (mode === 'hang') request.resume();
  else if (mode === 'overloaded') response.writeHead(503, { 'retry-after': '7' }).end();
  else if (
    (mode === 'no userinfo' && (path === '/me' || path === '/api/user')) ||
    (mode === 'no keys' && path === '/jwks')
  )
    response.writeHead(503).end();
  else void answer(request, response);
});

process.on('disconnect', () => process.exit());
console.log(issuer);
