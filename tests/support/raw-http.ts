/** HTTP as an attacker writes it: any header, any bytes, from any address of this computer. */
import { once } from 'node:events';
import { request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

export interface RawRequest {
  readonly method?: string;
  /** As it goes over the wire: nothing is normalised. */
  readonly path: string;
  /** Any, `host` too, which `fetch` does not let one set. */
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
}

export async function rawRequest(origin: string, { method = 'GET', path, headers, body }: RawRequest) {
  const { hostname, port } = new URL(origin);
  return await new Promise<RawAnswer>((resolve, reject) => {
    const request = httpRequest({ hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    request.on('error', reject).end(body);
  });
}

/** Writes these bytes and returns all that comes back until the server hangs up. */
export async function rawBytes(origin: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answer += chunk;
  });
  // A reset after the answer is an end like any other.
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
}

/** `fetch` from another address: all of 127.0.0.0/8 is this computer. */
export function fetchFrom(localAddress: string): typeof fetch {
  const dispatcher = new Agent({ localAddress });
  return ((url: URL, init: object) =>
    undiciFetch(url, { ...init, dispatcher } as never)) as unknown as typeof fetch;
}

/**
 * `fetch` as a browser opens a page. Node's own says that it is a script (`Sec-Fetch-Mode: cors`), and some servers mind.
 *
 * @param over where to connect to, whatever the address says, and what a proxy on the way adds
 */
export function navigator(
  over: { readonly origin?: string; readonly headers?: OutgoingHttpHeaders } = {},
): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(String(input));
    const given = Object.fromEntries(new Headers(init.headers));
    const body = init.body == null ? undefined : String(init.body);
    const type = body !== undefined && { 'content-type': 'application/x-www-form-urlencoded' };
    const length = body !== undefined && { 'content-length': Buffer.byteLength(body) };
    const answer = await rawRequest(over.origin ?? url.origin, {
      method: init.method ?? 'GET',
      path: url.pathname + url.search,
      headers: { ...navigation, host: url.host, ...type, ...given, ...length, ...over.headers },
      ...(body !== undefined && { body }),
    });
    return new Response(answer.body, { status: answer.status, headers: pairs(answer.headers) });
  };
}

const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

function pairs(headers: RawAnswer['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, String(one)]),
  );
}
