/** Answers that lead elsewhere, never end, or are none. */
import type { ServerResponse } from 'node:http';
import { type OidcCase, raw, row } from './oidc-case.ts';

export function transportCases(): readonly OidcCase[] {
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
