import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectorError, type ConnectorErrorCode, type Identity } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeEach, describe, test } from 'vitest';
import { mockConfig } from './config.ts';
import type { MockState } from './identity.ts';
import { createMockConnector } from './index.ts';
import { forgetBehaviour, writeBehaviour } from './testing/played-broker.ts';

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-mock-'));
afterAll(() => rm(folder, { recursive: true }));
const behaviourFile = join(folder, 'behaviour.json');
beforeEach(() => forgetBehaviour(behaviourFile));

const ada = { id: 'u-1', username: 'ada', password: 'open sesame', groups: ['admins'] };

function open(config: object = {}) {
  const written = { kind: 'password', people: [ada], behaviourFile, slowFor: 0.01, ...config };
  return createMockConnector({ issuer: 'http://127.0.0.1:5556' }).open(mockConfig.parse(written), testHost());
}

function signIn(connector = open()): Promise<Identity<MockState> | null> {
  assert.ok(connector.login.kind === 'password');
  return connector.login.verify({ username: 'ada', password: 'open sesame' }, testCall());
}

async function refresh(connector = open()) {
  const identity = { upstreamId: 'u-1', username: 'ada', groups: [], state: { rotation: 4 } };
  return connector.refresh?.(identity, testCall<MockState>());
}

function refused(code: ConnectorErrorCode, reason = /./) {
  return (error: unknown) => ConnectorError.is(error) && error.code === code && reason.test(error.message);
}

describe('a person whom the configuration or the behaviour file makes', () => {
  test.each([
    ['unavailable', 'unavailable'],
    ['partialGroups', 'unavailable'],
    ['denied', 'denied'],
  ] as const)('%s is %s at sign-in and at refresh', async (behaviour, code) => {
    const configured = open({ people: [{ ...ada, behaviour }] });
    await assert.rejects(signIn(configured), refused(code));
    await assert.rejects(refresh(configured), refused(code));
    await writeBehaviour(behaviourFile, { people: { 'u-1': { behaviour } } });
    await assert.rejects(signIn(), refused(code));
  });

  test.each([
    ['gone', 'stated'],
    ['absent', 'absent'],
  ] as const)('%s cannot sign in, and a refresh says so, with the proof "%s"', async (behaviour, proof) => {
    await writeBehaviour(behaviourFile, { people: { 'u-1': { behaviour } } });
    assert.equal(await signIn(), null);
    const refreshed = await refresh();
    assert.ok(refreshed?.status === 'gone');
    assert.equal(refreshed.proof, proof);
  });

  test('slow is answered in the end', async () => {
    await writeBehaviour(behaviourFile, { people: { 'u-1': { behaviour: 'slow' } } });
    assert.equal((await signIn())?.upstreamId, 'u-1');
  });

  test('a member of very many groups has every one of them', async () => {
    await writeBehaviour(behaviourFile, { people: { 'u-1': { generatedGroups: 5_000 } } });
    assert.equal(new Set((await signIn())?.groups).size, 5_001);
  });
});

describe('the behaviour file', () => {
  test('acts at once on a connector that is open, and stops when it is removed', async () => {
    const connector = open();
    await writeBehaviour(behaviourFile, { upstream: 'unavailable' });
    await assert.rejects(signIn(connector), refused('unavailable'));
    await forgetBehaviour(behaviourFile);
    assert.deepEqual((await signIn(connector))?.groups, ['admins']);
  });

  test.each([
    ['{', /not JSON/],
    ['[]', /expected object/],
    ['{"upstream":"away"}', /Invalid option/],
    ['{"people":{"u-1":{"grops":[]}}}', /grops/],
    ['{"people":{"u-9":{}}}', /there is no person "u-9"/],
  ])('that cannot be meant is refused, instead of a test that proves nothing: %s', async (text, reason) => {
    await writeFile(behaviourFile, text);
    await assert.rejects(signIn(), refused('misconfigured', reason));
  });

  test('needs an absolute path, since several processes read it', async () => {
    await assert.rejects(
      signIn(open({ behaviourFile: 'behaviour.json' })),
      refused('misconfigured', /absolute/),
    );
  });
});

test('each refresh rotates the state, and stores it before the answer can fail', async () => {
  await writeBehaviour(behaviourFile, { people: { 'u-1': { behaviour: 'partialGroups' } } });
  const call = testCall<MockState>();
  const identity = { upstreamId: 'u-1', username: 'ada', groups: [], state: { rotation: 4 } };
  await assert.rejects(async () => open().refresh?.(identity, call), refused('unavailable'));
  assert.deepEqual(call.saved, [{ rotation: 5 }]);
});
