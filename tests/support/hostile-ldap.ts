/**
 * An LDAP server that a test plays by hand, byte by byte: what it says is up to the test.
 *
 *     const hostile = await startHostileLdap(({ id, kind }) => kind === 'bind' ? [bindResult(id)] : []);
 *     hostile.port; hostile.asked;    // ['bind', 'search', …]
 *     await hostile.stop();
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface LdapRequest {
  readonly id: number;
  readonly kind: 'bind' | 'search' | 'extended' | 'abandon' | 'unbind' | 'other';
  /** The whole message: `bytes.includes('tokenGroups')`. */
  readonly bytes: Buffer;
  readonly socket: Socket;
}

/** What to answer, in order; a generator may go on for ever, and is stopped when the client hangs up. */
export type Behaviour = (request: LdapRequest) => Iterable<Buffer>;

export interface HostileLdap {
  readonly port: number;
  /** The kinds of the requests so far. */
  readonly asked: readonly string[];
  stop(): Promise<void>;
}

const kinds = new Map<number, LdapRequest['kind']>([
  [0x60, 'bind'],
  [0x63, 'search'],
  [0x77, 'extended'],
  [0x42, 'unbind'],
  [0x50, 'abandon'],
]);

export async function startHostileLdap(behaviour: Behaviour): Promise<HostileLdap> {
  const asked: string[] = [];
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket)).on('error', () => {});
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let request = takeRequest(pending); request !== null; request = takeRequest(pending)) {
        const bytes = pending.subarray(0, request.size);
        pending = pending.subarray(request.size);
        asked.push(request.kind);
        void send(socket, behaviour({ id: request.id, kind: request.kind, bytes, socket }));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked,
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Waits for a slow reader, and ends with it. */
async function send(socket: Socket, answers: Iterable<Buffer>): Promise<void> {
  for (const answer of answers) {
    if (socket.destroyed) return;
    if (!socket.write(answer)) await roomIn(socket);
  }
}

function roomIn(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      socket.off('drain', go).off('close', go);
      resolve();
    };
    socket.on('drain', go).on('close', go);
  });
}

/** Our own requests are well-formed; only their id and kind matter here. Null: not whole yet. */
export function takeRequest(bytes: Buffer): { id: number; kind: LdapRequest['kind']; size: number } | null {
  const outer = header(bytes, 0);
  if (outer === null || bytes.length < outer.start + outer.length) return null;
  const id = header(bytes, outer.start);
  if (id === null) return null;
  const operation = bytes[id.start + id.length] ?? 0;
  return {
    id: bytes.readUIntBE(id.start, id.length),
    kind: kinds.get(operation) ?? 'other',
    size: outer.start + outer.length,
  };
}

function header(bytes: Buffer, offset: number): { start: number; length: number } | null {
  const first = bytes[offset + 1];
  if (first === undefined) return null;
  if (first < 0x80) return { start: offset + 2, length: first };
  const count = first & 0x7f;
  if (bytes.length < offset + 2 + count) return null;
  return { start: offset + 2 + count, length: bytes.readUIntBE(offset + 2, count) };
}

/** One BER element. */
export function ber(tag: number, ...contents: readonly (Buffer | string)[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part)));
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
}

export function integer(value: number, tag = 0x02): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return ber(tag, bytes);
}

/** An LDAPMessage with a result in it: 0x61 bind, 0x65 search, 0x78 extended. */
export function result(
  id: number,
  operation: number,
  code = 0,
  message = '',
  ...controls: readonly Buffer[]
): Buffer {
  const body = ber(operation, integer(code, 0x0a), ber(0x04, ''), ber(0x04, message));
  return ber(0x30, integer(id), body, ...(controls.length === 0 ? [] : [ber(0xa0, ...controls)]));
}

export const bindResult = (id: number, code = 0) => result(id, 0x61, code);
export const searchResult = (id: number, code = 0) => result(id, 0x65, code);
export const extendedResult = (id: number, code = 0) => result(id, 0x78, code);

export function entry(
  id: number,
  dn: string,
  attributes: Readonly<Record<string, readonly (string | Buffer)[]>>,
): Buffer {
  const pairs = Object.entries(attributes).map(([name, values]) =>
    ber(0x30, ber(0x04, name), ber(0x31, ...values.map((value) => ber(0x04, value)))),
  );
  return ber(0x30, integer(id), ber(0x64, ber(0x04, dn), ber(0x30, ...pairs)));
}

/** A search result of one page (RFC 2696); an empty cookie is the last. */
export function pageResult(id: number, cookie: string): Buffer {
  const value = ber(0x30, integer(0), ber(0x04, cookie));
  return result(id, 0x65, 0, '', ber(0x30, ber(0x04, '1.2.840.113556.1.4.319'), ber(0x04, value)));
}
