/**
 * A GitHub that is played: pages for the browser and the API under one address, as Enterprise Server has them, on a
 * loopback port. It tells the truth about its world, until a test has it lie:
 *
 *     const github = await startFakeGithub();
 *     const octocat = github.world.account('octocat');
 *     github.tamper = ({ path }) => (path === '/user/teams' ? refuse(500, 'Oops') : undefined);
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type Answer, ApiRoom, type Asked } from './api.ts';
import { OauthRoom } from './oauth.ts';
import { type App, World } from './world.ts';

/** Undefined: the truth. A function writes the answer itself. */
export type Tampering = (
  asked: Asked,
  truth: Answer,
) => Answer | ((response: ServerResponse) => void) | undefined;

export interface FakeGithubOptions {
  readonly app?: Partial<App>;
  readonly now?: () => number;
  /** Makes the address of what checks each question and answer, from the address of the API behind it. */
  readonly validator?: (api: string) => Promise<{ readonly url: string; stop(): Promise<void> }>;
}

const api = '/api/v3';

export class FakeGithub {
  readonly world = new World();
  readonly oauth: OauthRoom;
  /** `GET /user 200`, in order. */
  readonly asked: string[] = [];
  /** Whose browser it is. */
  browserOf = 'octocat';
  tamper: Tampering = () => undefined;
  /** Takes questions and never answers them. */
  hanging = false;
  readonly #api: ApiRoom;
  readonly #server: Server;
  #down = false;
  #validator: { readonly url: string; stop(): Promise<void> } | undefined;

  constructor({ app, now = Date.now }: FakeGithubOptions) {
    const whole = {
      kind: 'oauth' as const,
      clientId: app?.kind === 'github' ? 'Iv23liGatehouseTests' : 'Ov23liGatehouseTests',
      clientSecret: 'a-client-secret-of-github-0123456789',
      callback: 'http://127.0.0.1:5556/callback',
      grants: 'read:org,user:email',
      ...app,
    };
    this.oauth = new OauthRoom(this.world, whole, now);
    this.#api = new ApiRoom(this.world, this.oauth, () => `${this.origin}${api}`);
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** As it stands in a connector's configuration. */
  get config(): Readonly<Record<string, unknown>> {
    const { clientId, clientSecret, kind } = this.oauth.app;
    return { clientId, clientSecret, app: kind, host: this.origin };
  }

  async start(validator: FakeGithubOptions['validator']): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    // Behind it stands the same server, by another path.
    this.#validator = await validator?.(`${this.origin}/behind`);
  }

  async stop(): Promise<void> {
    await this.#validator?.stop();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /** From here on every connection is cut; `comeBack` ends that. */
  goDown(): void {
    this.#down = true;
  }

  comeBack(): void {
    this.#down = false;
    this.hanging = false;
    this.tamper = () => undefined;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    if (this.#down) {
      request.socket.destroy();
      return;
    }
    if (this.hanging) return;
    const url = new URL(request.url ?? '/', this.origin);
    const { pathname, search } = url;
    if (pathname.startsWith(`${api}/`) && this.#validator) {
      await this.#throughValidator(request, body, pathname.slice(api.length) + search, response);
      return;
    }
    const path = pathname.replace(/^\/(?:api\/v3|behind)(?=\/)/, '');
    const asked = {
      method: request.method ?? 'GET',
      path,
      query: url.searchParams,
      headers: request.headers,
      body,
    };
    const truth = path === pathname ? this.#page(asked) : this.#api.answer(asked);
    const answer = this.tamper(asked, truth) ?? truth;
    if (typeof answer === 'function') {
      this.asked.push(`${asked.method} ${path} lied`);
      answer(response);
      return;
    }
    this.asked.push(`${asked.method} ${path} ${answer.status}`);
    send(response, answer);
  }

  #page({ method, path, query, body }: Asked): Answer {
    if (path === '/login/oauth/authorize') {
      const location = this.oauth.authorize(query, this.browserOf).href;
      return { status: 302, headers: { location } };
    }
    if (path !== '/login/oauth/access_token' || method !== 'POST') return { status: 404, headers: {} };
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    return { status: 200, headers, body: this.oauth.answer(new URLSearchParams(body)) };
  }

  async #throughValidator(
    request: IncomingMessage,
    body: string,
    target: string,
    response: ServerResponse,
  ): Promise<void> {
    const { method = 'GET', headers } = request;
    const sent = [
      'accept',
      'authorization',
      'content-type',
      'if-none-match',
      'user-agent',
      'x-github-api-version',
    ];
    const answer = await fetch(`${this.#validator?.url}${target}`, {
      method,
      headers: Object.fromEntries(
        sent.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
      ),
      redirect: 'manual',
      ...(method === 'POST' && { body }),
    });
    const got = await answer.text();
    const back = [
      'content-type',
      'etag',
      'link',
      'location',
      'retry-after',
      'x-github-sso',
      'x-oauth-scopes',
      'sl-violations',
    ];
    for (const name of [...back, 'x-ratelimit-remaining', 'x-ratelimit-reset']) {
      const value = answer.headers.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    response.writeHead(answer.status).end(got);
  }
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, headers);
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

export async function startFakeGithub(options: FakeGithubOptions = {}): Promise<FakeGithub> {
  const github = new FakeGithub(options);
  await github.start(options.validator);
  return github;
}
