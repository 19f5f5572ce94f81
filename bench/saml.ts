/**
 * What a burst of SAML answers does to the rest of the server: how long a small page takes meanwhile, with answers that are
 * checked in threads of their own and with answers that are checked where the page is served.
 *
 *     node_modules/.bin/node bench/saml.ts
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Worker } from 'node:worker_threads';
import { Checker } from '../connectors/saml/src/checking/checker.ts';
import { type Job, run } from '../connectors/saml/src/checking/job.ts';
import { goodExpectation } from '../connectors/saml/src/testing/good-expectation.ts';
import { SamlIdp } from '../tests/support/hostile/saml-idp.ts';

const answers = 400;
const atOnce = 60;
const never = new AbortController().signal;

/** Asks for the page again and again from another thread, and tells how long each took, in milliseconds. */
const prober = `
const { parentPort, workerData } = require('node:worker_threads');
(async () => {
  const took = [];
  let stop = false;
  parentPort.once('message', () => { stop = true; });
  while (!stop) {
    const begun = performance.now();
    await (await fetch(workerData)).arrayBuffer();
    took.push(performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  parentPort.postMessage(took);
})();`;

const server = createServer((_, response) => response.end(JSON.stringify({ keys: [] })));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const page = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
const checker = new Checker();
checker.open();
const job = makeJob();

console.log(
  '| meanwhile | `/keys`, median ms | 99th percentile | longest | answers a second |\n| --- | --- | --- | --- | --- |',
);
await burst((one) => checker.check(one, never)); // warm
await report('nothing', () => new Promise((resolve) => setTimeout(resolve, 3_000)));
await report('answers in threads', () => burst((one) => checker.check(one, never)));
await report('answers in the server', () => burst(async (one) => run({ check: one })));
await checker.close();
server.close();

function makeJob(): Job {
  const idp = new SamlIdp('https://idp.example.com', () => new Date());
  const groups = Array.from({ length: 50 }, (_, index) => `team-${index}`);
  const request = {
    xml: '',
    id: '_request-of-the-benchmark',
    acs: 'https://login.example.com/callback/corp',
    issuer: 'https://login.example.com',
    fresh: false,
    relayState: '',
  };
  const xml = idp.answer(request, { id: 'jane', attributes: { groups } }, { signs: 'both' });
  const now = Date.now();
  const expected = goodExpectation(request, idp, { now, skew: 60_000 });
  return { answer: Buffer.from(xml).toString('base64'), expected };
}

/** As they arrive: each by itself, so many of them under way at any time. */
async function burst(check: (one: Job) => Promise<unknown>): Promise<void> {
  let left = answers;
  const browser = async () => {
    while (left > 0) {
      left -= 1;
      await new Promise((resolve) => setImmediate(resolve));
      await check(job);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, browser));
}

async function report(name: string, work: () => Promise<unknown>): Promise<void> {
  const worker = new Worker(prober, { eval: true, workerData: page });
  await new Promise((resolve) => setTimeout(resolve, 300));
  const begun = performance.now();
  await work();
  const perSecond = (answers / (performance.now() - begun)) * 1000;
  worker.postMessage('stop');
  const [took] = (await once(worker, 'message')) as [number[]];
  const sorted = took.toSorted((a, b) => a - b);
  const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  const rate = name === 'nothing' ? '' : perSecond.toFixed(0);
  console.log(`| ${name} | ${at(0.5)} | ${at(0.99)} | ${at(1)} | ${rate} |`);
}
