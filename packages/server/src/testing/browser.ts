/** One browser without a screen: it holds the cookie of its sign-in and follows nothing by itself. */
import type { PendingSignIn } from '../oidc/oidc.ts';
import { type SignInApp, testClient } from './sign-in-app.ts';

export interface Page {
  readonly status: number;
  readonly location: string;
  readonly text: string;
  readonly headers: Headers;
}

export class Browser {
  readonly #app: SignInApp;
  readonly #uid: string;

  constructor(app: SignInApp, uid: string, pending: Partial<PendingSignIn> = {}) {
    this.#app = app;
    this.#uid = uid;
    app.signIns.set(uid, {
      uid,
      client: testClient,
      step: 'login',
      wish: { fresh: false },
      choosesAccount: false,
      scopes: [],
      redirectUri: 'https://app.example/cb',
      ...pending,
    });
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Page> {
    return this.#send(path, { headers });
  }

  post(
    path: string,
    form: Readonly<Record<string, string>>,
    headers: Record<string, string> = {},
  ): Promise<Page> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(form), headers });
  }

  /** With the form token of a page that was fetched before. */
  async submit(page: string, path: string, form: Readonly<Record<string, string>>): Promise<Page> {
    const { text } = await this.get(page);
    const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? '';
    return this.post(path, { ...form, csrf });
  }

  async #send(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Page> {
    const url = path.startsWith('/sso') ? path.slice('/sso'.length) : path;
    const headers = { cookie: `sign-in=${this.#uid}`, ...init.headers };
    const response = await fetch(this.#app.origin + url, { ...init, headers, redirect: 'manual' });
    return {
      status: response.status,
      location: response.headers.get('location') ?? '',
      text: await response.text(),
      headers: response.headers,
    };
  }
}
