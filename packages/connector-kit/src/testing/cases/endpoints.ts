/** What a connector serves by itself: anybody on the internet can call it. */
import assert from 'node:assert/strict';
import { ConnectorError } from '../../error.ts';
import type { Arrival } from '../../exchange.ts';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { signIn, stagedCase } from '../stage.ts';
import { testCall } from '../test-call.ts';

/** A connector without endpoints or metadata passes. */
export function endpointCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  return [
    // The attack: whoever can call a webhook can throw people out, or ask our upstream about them at will.
    stagedCase(
      harness,
      'an endpoint refuses what nobody has vouched for, and changes nothing',
      async (stage) => {
        const { endpoints = {} } = stage.connector;
        if (Object.keys(endpoints).length === 0) return;
        const { upstreamId } = await signIn(harness, stage);
        for (const [name, endpoint] of Object.entries(endpoints)) {
          for (const arrival of planted(upstreamId)) {
            const status = await endpoint(arrival, testCall()).then((reply) => reply.status, statusOf);
            assert.ok(status >= 400 && status < 600, `${name} answered ${arrival.method} with ${status}`);
          }
        }
        assert.deepEqual(stage.host.changes, [], 'it believed a stranger');
      },
    ),
    stagedCase(
      harness,
      'a document for the upstream names the address that answers come to',
      async ({ connector }) => {
        const callback = new URL('https://login.example.com/callback/contract');
        const document = connector.metadata?.(callback);
        if (document === undefined) return;
        assert.match(document.contentType, /^[a-z]+\/[a-z0-9.+-]+/);
        assert.ok(document.body.includes(callback.href), 'the address is not in it');
      },
    ),
  ];
}

function planted(upstreamId: string): readonly Arrival[] {
  const form = new URLSearchParams({ sub: upstreamId, SAMLRequest: 'AAAA', logout_token: 'a.b.c', sid: 'x' });
  const bodies = [
    '',
    'null',
    '{}',
    '[]',
    '\u{0}',
    JSON.stringify({ action: 'member_removed', id: upstreamId }),
  ];
  return [
    { method: 'GET', params: new URLSearchParams(), headers: {} },
    { method: 'GET', params: form, headers: {} },
    { method: 'POST', params: form, headers: {}, body: new TextEncoder().encode(form.toString()) },
    ...bodies.map((text) => ({
      method: 'POST' as const,
      params: new URLSearchParams(),
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
      body: new TextEncoder().encode(text),
    })),
  ];
}

/** Which of the two it is that the broker answers with depends on the code; both refuse. */
function statusOf(error: unknown): number {
  if (ConnectorError.is(error)) return 400;
  throw error;
}
