/** Upstreams, or what plays them, that are slow, huge, endless or cut off. */
import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { serveUpstream } from '../testing/upstream-server.ts';
import { failureIn, wayOut } from '../testing/way-out.ts';

const limit = 100_000;
const quick = { headers: 300, silence: 300, whole: 600 };

async function ask(answer: RequestListener, timeouts: Partial<typeof quick> = {}) {
  await using upstream = await serveUpstream(answer);
  const url = `http://127.0.0.1:${upstream.port}/`;
  await using out = wayOut({ urls: [url], largestAnswer: limit }, { timeouts });
  return await failureIn(out.fetch(url).then((response) => response.arrayBuffer()));
}

const slow: readonly (readonly [string, RequestListener, Partial<typeof quick>])[] = [
  ['that never begins', () => undefined, { headers: 300 }],
  ['that stops in the middle', (_, response) => response.write('half'), { silence: 300 }],
  // The attack: never silent for long enough, and never done.
  ['that goes on byte by byte', (_, response) => trickle(response), { whole: 600 }],
  [
    'whose head goes on byte by byte',
    ({ socket }) => trickle(socket, 'HTTP/1.1 200 OK\r\nx: '),
    { whole: 600, headers: 20_000 },
  ],
];

it.each(slow)('an answer %s is too slow', async (_name, answer, timeouts) => {
  expect(await ask(answer, timeouts)).toMatchObject({ kind: 'too_slow' });
});

async function trickle(target: Writable, begin = 'x'): Promise<void> {
  target.on('error', () => undefined);
  target.write(begin);
  while (!target.destroyed) {
    target.write('x');
    await wait(20);
  }
}

const zeros = Buffer.alloc(64 * 1024 * 1024);
const large: readonly (readonly [string, RequestListener])[] = [
  ['that says so', (_, response) => response.end(Buffer.alloc(limit + 1))],
  ['that does not say so', (_, response) => inTwoParts(response)],
  ['that has no end', (_, response) => pour(response)],
  // The attack: 64 KB on the wire, 64 MiB in our memory.
  ['when it is unpacked (gzip)', (_, response) => packed(response, 'gzip', gzipSync(zeros))],
  ['when it is unpacked (br)', (_, response) => packed(response, 'br', brotliCompressSync(zeros, quickly))],
  ['when it is unpacked twice', (_, response) => packed(response, 'gzip, gzip', gzipSync(gzipSync(zeros)))],
];
const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

it.each(large)('an answer that is too large is given up: one %s', async (_name, answer) => {
  expect(await ask(answer)).toMatchObject({
    kind: 'too_large',
    message: expect.stringMatching(/^the answer of http:\/\/127\.0\.0\.1:\d+ is larger than 100000 bytes$/),
  });
});

function inTwoParts(response: Response): void {
  response.write(Buffer.alloc(limit));
  response.end('x');
}

type Response = Parameters<RequestListener>[1];

async function pour(response: Response): Promise<void> {
  const part = Buffer.alloc(16 * 1024);
  while (!response.destroyed) if (!response.write(part)) await once(response, 'drain').catch(() => undefined);
}

function packed(response: Response, encoding: string, body: Buffer): void {
  response.setHeader('content-encoding', encoding);
  response.end(body);
}

it('an endless answer that nobody reads is not read ahead for ever', async () => {
  let sent = 0;
  await using upstream = await serveUpstream((_, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
      response.once('drain', more);
    };
    more();
  });
  const url = `http://127.0.0.1:${upstream.port}/`;
  await using out = wayOut({ urls: [url], largestAnswer: 64 * 1024 * 1024 });
  const answer = await out.fetch(url);
  await wait(200);
  // What fits into the buffers of two sockets.
  expect(sent).toBeLessThan(16 * 1024 * 1024);
  await answer.body?.cancel();
});

it('an answer that nobody wants gives its connection back', async () => {
  await using upstream = await serveUpstream((_, response) => void pour(response));
  const url = `http://127.0.0.1:${upstream.port}/`;
  await using out = wayOut({ urls: [url] });
  const answer = out.fetch(url);
  const [request] = await once(upstream.server, 'request');
  const closed = endOf(request.socket);
  await (await answer).body?.cancel();
  await closed;
});

it('an answer that nobody reads is given up when its time has passed', async () => {
  await using upstream = await serveUpstream((_, response) => void pour(response));
  const url = `http://127.0.0.1:${upstream.port}/`;
  await using out = wayOut({ urls: [url] }, { timeouts: { whole: 200 } });
  const answer = out.fetch(url);
  const [request] = await once(upstream.server, 'request');
  await Promise.all([endOf(request.socket), answer]);
});

/** Reset or closed: both will do. */
function endOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

const broken: readonly (readonly [string, RequestListener, string])[] = [
  [
    'is cut off',
    (_, response) =>
      response.writeHead(200, { 'content-length': 10 }).write('half') &&
      setTimeout(() => response.destroy(), 20),
    'unreachable',
  ],
  ['is not HTTP', ({ socket }) => socket.end('220 smtp.example.com\r\n'), 'unreachable'],
  ['is reset', ({ socket }) => socket.destroy(), 'unreachable'],
  [
    'is not what its encoding says',
    (_, response) => packed(response, 'gzip', Buffer.from('not gzip')),
    'unreachable',
  ],
  ['has a head without end', ({ socket }) => void trickleHead(socket), 'too_large'],
];

it.each(broken)('an answer that %s fails', async (_name, answer, kind) => {
  expect(await ask(answer)).toMatchObject({ kind });
});

function trickleHead(socket: NodeJS.WritableStream): void {
  socket.on('error', () => undefined);
  socket.write(`HTTP/1.1 200 OK\r\n${`x-more: ${'y'.repeat(1000)}\r\n`.repeat(100)}`);
}

// The attack: an answer that nobody can read, behind it a body without an end, until all connections are taken.
it('an answer of a status that does not exist leaves no connection behind', async () => {
  const sockets: Socket[] = [];
  await using upstream = await serveUpstream(({ socket }) => {
    sockets.push(socket);
    trickle(socket, 'HTTP/1.1 999 Strange\r\ncontent-length: 1000000\r\n\r\n');
  });
  const url = `http://127.0.0.1:${upstream.port}/`;
  await using out = wayOut({ urls: [url] }, { timeouts: quick });
  expect(await failureIn(out.fetch(url))).toMatchObject({ kind: 'unreachable' });
  await expect.poll(() => sockets.map(({ destroyed }) => destroyed)).toEqual([true]);
});
