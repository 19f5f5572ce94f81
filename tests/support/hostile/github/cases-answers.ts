/** Limits, sizes, slowness, and what a token endpoint may say. */
import type { ServerResponse } from 'node:http';
import { refuse } from './api.ts';
import type { GithubCase, GithubStage } from './cases.ts';
import type { Tampering } from './fake-github.ts';

function at(path: string, answer: ReturnType<Tampering>): GithubCase['arrange'] {
  return ({ fake }: GithubStage) => {
    fake.tamper = (asked) => (asked.path === path ? answer : undefined);
  };
}

const html = (response: ServerResponse) =>
  void response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Blocked</title>');

/** One byte now and then, for ever. */
function drip(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
}

function flood(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  const more = () => {
    while (!response.destroyed && response.write(' '.repeat(65_536)));
  };
  response.on('drain', more);
  more();
}

const token = '/login/oauth/access_token';
const limited = (status: number, headers: Readonly<Record<string, string>>, message: string) => {
  const answer = refuse(status, message);
  return { ...answer, headers: { ...answer.headers, ...headers } };
};
const tokenSays = (body: unknown, status = 200) => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
});

const inHalfAnHour = () => String(Math.floor(Date.now() / 1000) + 1800);

export const answerCases: readonly GithubCase[] = [
  {
    attack: 'the primary rate limit',
    arrange: (stage) =>
      at(
        '/user/teams',
        limited(
          403,
          { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': inHalfAnHour() },
          'API rate limit exceeded for user ID 1.',
        ),
      )(stage),
    ends: ['unavailable', /primary rate limit/],
    retryAfter: 1790,
  },
  {
    attack: 'the secondary rate limit, with a time',
    arrange: at('/user', limited(403, { 'retry-after': '90' }, 'You have exceeded a secondary rate limit.')),
    ends: ['unavailable', /secondary rate limit/],
    retryAfter: 90,
  },
  {
    attack: 'the secondary rate limit, without a time',
    arrange: at('/user', refuse(403, 'You have exceeded a secondary rate limit. Please wait a few minutes.')),
    ends: ['unavailable', /secondary rate limit/],
    retryAfter: 60,
  },
  {
    attack: 'too many requests, with a time in years',
    arrange: at('/user/emails', limited(429, { 'retry-after': '999999999' }, 'Too many requests')),
    ends: ['unavailable', /rate limit/],
    retryAfter: 3600,
  },
  {
    attack: 'an answer without an end',
    arrange: at('/user', flood),
    ends: ['unavailable', /cannot be asked/],
  },
  {
    attack: 'an answer that drips',
    arrange: at('/user/teams', drip),
    slow: true,
    ends: ['unavailable', /cannot be asked/],
  },
  {
    attack: 'no answer at all',
    arrange: at('/user', () => {}),
    slow: true,
    ends: ['unavailable', /cannot be asked/],
  },
  {
    attack: "a proxy's page instead of the account",
    arrange: at('/user', html),
    ends: ['unavailable', /not JSON/],
  },
  {
    attack: 'no account',
    arrange: at('/user', refuse(404, 'Not Found')),
    ends: ['unavailable', /account itself/],
  },
  {
    attack: 'an account without a number',
    arrange: at('/user', tokenSays({ login: 'octocat' })),
    ends: ['unavailable', /another form.*id/],
  },
  {
    attack: 'an account whose number is the name of another',
    arrange: at('/user', tokenSays({ id: 'octocat', login: 'octocat' })),
    ends: ['unavailable', /another form/],
  },
  {
    attack: 'a maintenance page',
    arrange: at('/user', refuse(503, 'Sorry, we are down')),
    ends: ['unavailable', /status 503/],
  },
  {
    attack: 'a token that is refused a moment later',
    arrange: at('/user', refuse(401, 'Bad credentials')),
    ends: ['denied', /a moment ago/],
  },
  {
    attack: 'a sentence that repeats the token',
    arrange: ({ fake }) => {
      fake.tamper = ({ path, headers }) =>
        path === '/user' ? refuse(403, `No access for ${String(headers.authorization)}`) : undefined;
    },
    ends: ['misconfigured', /status 403$/],
  },
  {
    attack: 'an app without the permission for e-mail addresses',
    arrange: at('/user/emails', refuse(403, 'Resource not accessible by integration')),
    ends: ['misconfigured', /not accessible by integration/],
  },
  {
    attack: 'an account without a list of addresses',
    arrange: at('/user/emails', refuse(404, 'Not Found')),
    ends: ['unavailable', /addresses/],
  },
  {
    attack: 'a token endpoint that is away',
    arrange: at(token, tokenSays({}, 503)),
    ends: ['unavailable', /status 503/],
  },
  {
    attack: "a proxy's page instead of a token",
    arrange: at(token, html),
    ends: ['unavailable', /not with a token/],
  },
  {
    attack: 'a token endpoint that sends the code on to another host',
    arrange: ({ fake, trap }) => {
      fake.tamper = ({ path }) => (path === token ? { status: 307, headers: { location: trap } } : undefined);
    },
    ends: ['unavailable', /status 307/],
  },
  {
    attack: 'a token endpoint that is asked too often',
    arrange: at(token, limited(429, { 'retry-after': '7' }, 'Too many requests')),
    ends: ['unavailable', /rate limit/],
    retryAfter: 7,
  },
  {
    attack: 'a client secret that was deleted',
    arrange: at(token, tokenSays({ error: 'incorrect_client_credentials' })),
    ends: ['misconfigured', /client ID and client secret/],
  },
  {
    attack: 'an app that was deleted',
    arrange: at(token, refuse(404, 'Not Found')),
    ends: ['misconfigured', /client ID/],
  },
  {
    attack: 'an error that is a script',
    arrange: at(token, tokenSays({ error: '<script>alert(1)</script>' })),
    ends: ['bad_response', /an unknown error$/],
  },
  {
    attack: 'an account whose address is not verified',
    arrange: at(token, tokenSays({ error: 'unverified_user_email' })),
    ends: ['denied', /not verified/],
  },
  {
    attack: 'a token of another type',
    arrange: at(token, tokenSays({ access_token: 'x', token_type: 'mac', scope: 'read:org,user:email' })),
    ends: ['unavailable', /another form/],
  },
  {
    attack: 'a token that is empty',
    arrange: at(token, tokenSays({ access_token: '', token_type: 'bearer', scope: 'read:org,user:email' })),
    ends: ['unavailable', /another form/],
  },
];
