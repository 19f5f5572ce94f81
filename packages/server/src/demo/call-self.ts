/** An HTTP request to this very server, over its socket like everybody else's. */
import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Config } from '@gatehouse/config';
import { BrokerError } from '@gatehouse/core';

export interface Answer {
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Milliseconds. */
const deadline = 10_000;

/** GET, or POST when there is a form. `path` is below the issuer. */
export async function callSelf(config: Config, path: string, form?: URLSearchParams): Promise<Answer> {
  const url = new URL(config.issuer.replace(/\/+$/, '') + path);
  const options = {
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      Accept: 'application/json',
      ...(form !== undefined && { 'Content-Type': 'application/x-www-form-urlencoded' }),
    },
    signal: AbortSignal.timeout(deadline),
    agent: false,
    ...(await trustOf(config, url)),
  };
  try {
    const response = await send(url, options, form?.toString());
    return { status: response.statusCode ?? 0, json: await readJson(response) };
  } catch (cause) {
    throw new BrokerError('internal', { reason: `the demo cannot reach ${config.issuer}`, cause });
  }
}

/** Our own certificate is what we trust here, whoever signed it. */
async function trustOf({ listen }: Config, url: URL) {
  if (url.protocol !== 'https:' || listen.tls === undefined) return {};
  return { ca: await readFile(listen.tls.cert), allowPartialTrustChain: true };
}

function send(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    request(url, options, resolve).once('error', reject).end(body);
  });
}

async function readJson(response: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  const json: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  return typeof json === 'object' && json !== null ? { ...json } : {};
}
