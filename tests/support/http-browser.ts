/**
 * A browser without a screen: cookies by path (RFC 6265), redirects one by one, forms by their fields.
 * What needs a real engine (scripts, SameSite, CSP) is tested in Chromium instead.
 */
export interface Page {
  readonly status: number;
  readonly url: URL;
  readonly body: string;
  readonly headers: Headers;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
  readonly host: string;
}

export class HttpBrowser {
  readonly #cookies = new Map<string, Cookie>();
  readonly #fetch: typeof fetch;

  /** `fetcher` for a private CA or another address. */
  constructor(fetcher: typeof fetch = fetch) {
    this.#fetch = fetcher;
  }

  /** One request, no redirect followed. */
  async request(url: string | URL, init: RequestInit = {}): Promise<Page> {
    const target = new URL(url);
    const headers = new Headers(init.headers);
    const cookie = this.#cookiesFor(target);
    if (cookie) headers.set('cookie', cookie);
    const response = await this.#fetch(target, { ...init, headers, redirect: 'manual' });
    this.#store(target, response.headers.getSetCookie());
    return { status: response.status, url: target, body: await response.text(), headers: response.headers };
  }

  /** Follows redirects as long as `until` does not match the next address; that one is returned unopened in `location`. */
  async go(url: string | URL, until?: string): Promise<Page & { location?: URL }> {
    return await this.#follow(await this.request(url), until);
  }

  /** Sends the page's (only, or n-th) form with these fields added to those that it has. */
  async submit(
    page: Page,
    fields: Record<string, string> = {},
    until?: string,
    form = 0,
  ): Promise<Page & { location?: URL }> {
    const { action, method, inputs } = formsOf(page)[form] ?? fail(`no form on ${page.url}:\n${page.body}`);
    const body = new URLSearchParams({ ...inputs, ...fields });
    if (method === 'GET') return await this.go(new URL(`?${body}`, action), until);
    const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: page.url.origin };
    return await this.#follow(await this.request(action, { method: 'POST', body, headers }), until);
  }

  cookie(name: string): string | undefined {
    return [...this.#cookies.values()].find((cookie) => cookie.name === name)?.value;
  }

  cookieNames(): readonly string[] {
    return [...this.#cookies.values()].map((cookie) => cookie.name);
  }

  async #follow(page: Page, until: string | undefined): Promise<Page & { location?: URL }> {
    let current = page;
    for (let hops = 0; hops < 20; hops += 1) {
      const header = current.headers.get('location');
      if (current.status < 300 || current.status > 399 || header === null) return current;
      const location = new URL(header, current.url);
      if (until !== undefined && location.href.startsWith(until)) return { ...current, location };
      current = await this.request(location);
    }
    throw new Error(`too many redirects, last ${current.url}`);
  }

  #cookiesFor(url: URL): string {
    return [...this.#cookies.values()]
      .filter((cookie) => cookie.host === url.hostname && pathMatches(cookie.path, url.pathname))
      .map((cookie) => `${cookie.name}=${cookie.value}`)
      .join('; ');
  }

  #store(url: URL, lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(pair.indexOf('=') + 1);
      const path = attribute(attributes, 'path') ?? '/';
      const key = `${url.hostname} ${path} ${name}`;
      const expires = attribute(attributes, 'expires');
      const gone =
        attribute(attributes, 'max-age') === '0' ||
        (expires !== undefined && Date.parse(expires) <= Date.now());
      if (gone) this.#cookies.delete(key);
      else this.#cookies.set(key, { name, value, path, host: url.hostname });
    }
  }
}

export interface Form {
  readonly action: URL;
  readonly method: string;
  readonly inputs: Record<string, string>;
}

export function formsOf(page: Page): readonly Form[] {
  return [...page.body.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].map(
    ([, attributes = '', content = '']) => ({
      action: new URL(htmlAttribute(attributes, 'action') ?? page.url.href, page.url),
      method: (htmlAttribute(attributes, 'method') ?? 'GET').toUpperCase(),
      inputs: Object.fromEntries(
        [...content.matchAll(/<input\b([^>]*)>/g)]
          .filter(([, input = '']) => !/type="?(submit|checkbox)/.test(input))
          .map(([, input = '']) => [htmlAttribute(input, 'name') ?? '', htmlAttribute(input, 'value') ?? '']),
      ),
    }),
  );
}

/** The text of a page without its markup, for assertions on what a person reads. */
export function textOf(page: Page): string {
  return decodeHtml(page.body.replace(/<(style|script)[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]+>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}

function htmlAttribute(attributes: string, name: string): string | undefined {
  const match = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`).exec(attributes);
  const value = match?.[1] ?? match?.[2] ?? match?.[3];
  return value === undefined ? undefined : decodeHtml(value);
}

/** What an attribute or a text says once a browser has read it. */
export function decodeHtml(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&#x([0-9a-f]+);/gi, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}

function attribute(attributes: readonly string[], name: string): string | undefined {
  const found = attributes.find((part) => part.toLowerCase().startsWith(`${name}=`));
  return found?.slice(name.length + 1);
}

function pathMatches(cookiePath: string, path: string): boolean {
  return (
    path === cookiePath ||
    (path.startsWith(cookiePath) && (cookiePath.endsWith('/') || path[cookiePath.length] === '/'))
  );
}

function fail(message: string): never {
  throw new Error(message);
}
