/** For the tests of this package: the broker's side of the redirect flow, and a behaviour file. */
import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { Arrival, Connector, Departure, Reply } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import type { MockState } from '../identity.ts';

export function visit(connector: Connector<MockState>, url: URL): Promise<Reply> {
  const authorize = connector.endpoints?.authorize;
  assert.ok(authorize, 'there is no page');
  return authorize({ method: 'GET', params: url.searchParams, headers: {} }, testCall());
}

/** Follows the link with this id, or the redirect that takes its place. */
export async function follow(
  departure: Departure,
  connector: Connector<MockState>,
  link: string,
): Promise<Arrival> {
  const reply = await visit(connector, departure.url);
  const href = reply.headers?.location ?? hrefOf(reply.body ?? '', link);
  return { method: 'GET', params: new URL(href).searchParams, headers: {} };
}

function hrefOf(page: string, link: string): string {
  const found = new RegExp(`id="${link}" href="([^"]+)"`).exec(page)?.[1];
  assert.ok(found, `no link ${link} on the page`);
  return found.replaceAll('&amp;', '&');
}

export async function writeBehaviour(path: string, behaviour: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(behaviour));
  await rename(`${path}.new`, path);
}

export function forgetBehaviour(path: string): Promise<void> {
  return rm(path, { force: true });
}
