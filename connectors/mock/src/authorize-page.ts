/** The page of the played upstream: who do you want to be? */
import type { Arrival, Call, ConnectorHost, Reply } from '@gatehouse/connector-kit';
import type { MockConfig, Person } from './config.ts';
import { makeCode } from './redirect-login.ts';
import type { MockUpstream } from './upstream.ts';

export class AuthorizePage {
  readonly #config: MockConfig;
  readonly #upstream: MockUpstream;
  readonly #host: ConnectorHost;
  readonly #issuer: URL;

  constructor(config: MockConfig, upstream: MockUpstream, host: ConnectorHost, issuer: URL) {
    this.#config = config;
    this.#upstream = upstream;
    this.#host = host;
    this.#issuer = issuer;
  }

  async answer(arrival: Arrival, call: Call): Promise<Reply> {
    const back = this.#callback(arrival.params.get('redirect_uri') ?? '');
    const challenge = arrival.params.get('code_challenge') ?? '';
    const state = arrival.params.get('state') ?? '';
    if (arrival.method !== 'GET' || back === null || challenge === '' || state === '') {
      return page(400, '<p>This is not a request that the mock connector sends.</p>');
    }
    const { people } = await this.#upstream.ask(call.signal);
    const choose = (person: Person) =>
      withParams(back, { state, code: makeCode(person.id, challenge, this.#host.now()) });
    const hint = arrival.params.get('login_hint');
    const first = people.find((person) => answersTo(person, hint)) ?? people[0];
    if (this.#config.immediate && first !== undefined) {
      return { status: 303, headers: { location: choose(first).href, 'cache-control': 'no-store' } };
    }
    return page(200, choices(people, choose, withParams(back, { state, error: 'access_denied' })));
  }

  /** Our own callback only, or this page would send a browser, with a code, wherever a link says. */
  #callback(text: string): URL | null {
    const url = URL.parse(text);
    if (url === null || url.origin !== this.#issuer.origin) return null;
    const prefix = this.#issuer.pathname.replace(/\/$/, '');
    const ours = url.pathname === `${prefix}/callback` || url.pathname.startsWith(`${prefix}/callback/`);
    return ours ? url : null;
  }
}

function answersTo(person: Person, hint: string | null): boolean {
  return hint !== null && [person.id, person.username, person.email].includes(hint);
}

function choices(people: readonly Person[], choose: (person: Person) => URL, decline: URL): string {
  const rows = people.map((person) => {
    const label = html(person.displayName ?? person.username);
    return `<li><a id="person-${html(person.id)}" href="${html(choose(person).href)}">${label}</a></li>`;
  });
  return `<ul>${rows.join('')}</ul><p><a id="decline" href="${html(decline.href)}">Decline</a></p>`;
}

function withParams(url: URL, params: Readonly<Record<string, string>>): URL {
  const result = new URL(url);
  for (const [name, value] of Object.entries(params)) result.searchParams.set(name, value);
  return result;
}

function page(status: number, content: string): Reply {
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
  const head =
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mock upstream</title>';
  const body = `<!doctype html><html lang="en"><head>${head}</head><body><h1>Mock upstream</h1>${content}</body></html>`;
  return { status, headers, body };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function html(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => entities[letter] ?? '');
}
