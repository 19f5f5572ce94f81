/** A people API on a loopback port, which can fail in the ways that real ones do. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Person } from '../src/people-api.ts';

export interface Account {
  readonly person: Person;
  readonly password: string;
}

export class PlayedPeopleApi {
  mood: 'well' | 'down' | 'overloaded' | 'hanging' = 'well';
  account: Account | null = null;
  readonly token: string;
  /** One word for each request since the last reset. */
  readonly asked: string[] = [];
  readonly #server: Server;

  constructor(token: string) {
    this.token = token;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return `http://127.0.0.1:${address.port}/`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  become(account: Account | null): void {
    this.account = account;
    this.mood = 'well';
    this.asked.length = 0;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, route = '', id = ''] = (request.url ?? '').split('/');
    this.asked.push(route);
    if (this.mood === 'hanging') return;
    if (this.mood === 'overloaded') return reply(response, 503, {});
    if (this.mood === 'down') return void request.socket.destroy();
    if (request.headers.authorization !== `Bearer ${this.token}`) return reply(response, 401, {});
    if (route === 'ping') return reply(response, 200, {});
    if (route === 'people') return this.#find(decodeURIComponent(id), response);
    if (route === 'verify') return this.#verify(JSON.parse(await text(request)), response);
    reply(response, 404, {});
  }

  #find(id: string, response: ServerResponse): void {
    const { person } = this.account ?? {};
    reply(response, person?.id === id ? 200 : 410, { person });
  }

  #verify(typed: { username: string; password: string }, response: ServerResponse): void {
    const { account } = this;
    const right = account?.person.username === typed.username && account.password === typed.password;
    reply(response, 200, { person: right ? account.person : null });
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
