import type { Departure } from '@gatehouse/connector-kit';
import { type StoredIdentity, subjectOf } from '@gatehouse/core';
import { expect, test } from 'vitest';
import type { Connectors } from '../connectors/open-connector.ts';
import { goTo } from '../http/show.ts';
import { currentUnit, unitOfWork } from '../http/unit-of-work.ts';
import { startHttpApp } from '../testing/http-app.ts';
import { MemoryTables } from '../testing/memory-unit.ts';
import { signOutUpstream } from './sign-out-upstream.ts';

const goodbye = 'https://app.example.com/goodbye';
const subject = subjectOf('corp', 'u-1');
const site = { name: 'Test', base: '', stylesheet: '/s.css', icon: '/i.svg' };

/** What the browser is told by a sign-out here, where the connector leaves like this. */
async function signedOut(
  leave: () => Promise<Departure | null>,
  tables = new MemoryTables(),
  end = () => {},
) {
  tables.identities.set(subject, { subject, connectorId: 'corp', identity: {} } as unknown as StoredIdentity);
  const open = { entry: { id: 'corp', name: 'Partner company' }, connector: { logout: leave } };
  const connectors = new Map([['corp', open]]) as unknown as Connectors;
  const app = await startHttpApp({
    mount: (koa, issuer) => {
      koa.keys = ['a key'];
      koa.use(unitOfWork(tables));
      koa.use(signOutUpstream({ issuer, site, connectors, oidc: { left: () => ({ subject }) } }));
      koa.use((ctx) => {
        end();
        goTo(ctx, goodbye);
      });
    },
  });
  try {
    const { status, headers, text } = await app.get('/logout/confirm');
    return { status, location: headers.location, text };
  } finally {
    await app.close();
  }
}

test('where the connector has no way, the browser goes on to where it was going', async () => {
  expect(await signedOut(async () => null)).toMatchObject({ status: 303, location: goodbye });
});

test('a form that goes on to the upstream names no other place to go to', async () => {
  const url = new URL('https://sso.example.com/out');
  const answer = await signedOut(async () => ({ method: 'POST', url, fields: { id_token_hint: 'a.b.c' } }));
  expect(answer).toMatchObject({ status: 200, location: undefined });
  expect(answer.text).toContain('action="https://sso.example.com/out"');
});

// Attack, or a fault: a provider's document makes the browser run a script.
test('an address that is not on the web is not gone to, and the person is told', async () => {
  const url = new URL('javascript:alert(1)');
  for (const departure of [
    { method: 'GET', url },
    { method: 'POST', url, fields: {} },
  ] as const) {
    const answer = await signedOut(async () => departure);
    expect(answer).toMatchObject({ status: 200, location: undefined });
    expect(answer.text).toContain('Partner company has not confirmed');
    expect(answer.text).not.toContain('javascript:');
  }
});

test('the session has ended before the upstream is asked: a server that dies meanwhile brings nobody back', async () => {
  const tables = new MemoryTables();
  const ended = { subject: 'the session', connectorId: 'corp', identity: {} } as unknown as StoredIdentity;
  const seen: boolean[] = [];
  const leave = async () => {
    seen.push(tables.identities.has('the session'));
    return null;
  };
  await signedOut(leave, tables, () => currentUnit().identities.save(ended));
  expect(seen).toEqual([true]);
});
