import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Arrival, Departure, Json } from '@gatehouse/connector-kit';
import { testCall } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, expect, test } from 'vitest';
import type { SamlKeys } from '../../../../tests/support/hostile/saml-keys.ts';
import { sessionForm } from '../identity.ts';
import { idpKeys, issuer, jane, ourKeys, play, strangersKeys } from '../testing/played-provider.ts';

const byHand = {
  entityId: 'https://idp.example.com/saml',
  ssoUrl: 'https://idp.example.com/sso',
  logoutUrl: 'https://idp.example.com/slo',
  certificates: idpKeys.certificate,
};
const played = play({ idp: byHand, signing: ourKeys });
afterAll(() => played.connector.close?.());

const token = 'a-token';

async function leave({ connector, begin } = played, change = (state: Json | undefined) => state) {
  const { finish, good } = await begin();
  const identity = await finish(good());
  const sessionState = change(identity.sessionState);
  const wish = { identity, returnUrl: new URL(issuer), token, ...(sessionState && { sessionState }) };
  return { identity, departure: await connector.logout?.(wish, testCall()) };
}

function requestIn(departure: Departure | null | undefined): string {
  assert.ok(departure?.method === 'GET');
  const packed = Buffer.from(departure.url.searchParams.get('SAMLRequest') ?? '', 'base64');
  return inflateRawSync(packed).toString();
}

describe('a person who signs out here', () => {
  test('is signed out at the provider, by name and session', async () => {
    const { identity, departure } = await leave();
    const xml = requestIn(departure);
    const { sessionIndex } = sessionForm.parse(identity.sessionState);
    expect(xml).toContain(`>${jane.id}</saml:NameID>`);
    expect(xml).toContain(`<samlp:SessionIndex>${sessionIndex}</samlp:SessionIndex>`);
    assert.ok(departure?.method === 'GET');
    expect(departure.url.searchParams.get('RelayState')).toBe(token);
    expect(departure.url.searchParams.get('Signature')).toBeTruthy();
  });

  // A LogoutRequest without a session ends all of a person's, at every computer.
  test('is left alone at the provider if it is not known in which session they are', async () => {
    expect((await leave(played, () => undefined)).departure).toBeNull();
    const withoutIndex = (state: Json | undefined) => ({ nameId: sessionForm.parse(state).nameId });
    expect((await leave(played, withoutIndex)).departure).toBeNull();
  });

  test.each([
    ['names no address for it', { idp: { ...byHand, logoutUrl: undefined }, signing: ourKeys }, null],
    ['could not know that it is we who ask', { idp: byHand }, undefined],
  ])('stays signed in at a provider that %s', async (_, config, nowhere) => {
    const other = play(config);
    expect((await leave(other)).departure).toBe(nowhere);
    await other.connector.close?.();
  });
});

interface Answered {
  readonly inResponseTo?: string;
  readonly status?: string;
  readonly relayState?: string;
  readonly keys?: SamlKeys;
}

const statuses = 'urn:oasis:names:tc:SAML:2.0:status';

function response({ inResponseTo, status = `${statuses}:Success` }: Answered): string {
  const names =
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';
  const here = `${issuer}/connectors/corp/logout`;
  return [
    `<samlp:LogoutResponse ${names} ID="_answer" Version="2.0" IssueInstant="${played.host.now().toISOString()}" Destination="${here}"`,
    `${inResponseTo === undefined ? '' : ` InResponseTo="${inResponseTo}"`}>`,
    `<saml:Issuer>${byHand.entityId}</saml:Issuer>`,
    `<samlp:Status><samlp:StatusCode Value="${status}"/></samlp:Status></samlp:LogoutResponse>`,
  ].join('');
}

function answerWith(answered: Answered): Arrival {
  const packed = encodeURIComponent(deflateRawSync(response(answered)).toString('base64'));
  const algorithm = encodeURIComponent('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
  const signed = `SAMLResponse=${packed}&RelayState=${answered.relayState ?? token}&SigAlg=${algorithm}`;
  const signature = createSign('RSA-SHA256')
    .update(signed)
    .sign((answered.keys ?? idpKeys).key, 'base64');
  const query = `${signed}&Signature=${encodeURIComponent(signature)}`;
  return { method: 'GET', params: new URLSearchParams(query), headers: {}, query };
}

async function answer(answered: Answered) {
  const endpoint = played.connector.endpoints?.logout;
  assert.ok(endpoint);
  return await endpoint(answerWith(answered), testCall());
}

async function requestId(): Promise<string> {
  const xml = requestIn((await leave()).departure);
  return / ID="([^"]+)"/.exec(xml)?.[1] ?? '';
}

describe('the answer of the provider to a sign-out here', () => {
  test('lets the browser go on to where the person was going', async () => {
    const reply = await answer({ inResponseTo: await requestId() });
    expect(reply.signedOut).toEqual({ token, complete: true });
  });

  test.each([`${statuses}:Responder`, `${statuses}:Requester`])(
    'says so if it was not done: %s',
    async (status) => {
      const reply = await answer({ inResponseTo: await requestId(), status });
      expect(reply.signedOut).toEqual({ token, complete: false });
    },
  );

  // Attack: the answer to somebody else's sign-out, or none at all, makes a person believe that they are signed out.
  test.each([
    ['to another request', async () => ({ inResponseTo: `_${'0'.repeat(64)}` }), /answers no request/],
    ['to no request', async () => ({}), /InResponseTo/],
    [
      'of another sign-out',
      async () => ({ inResponseTo: await requestId(), relayState: 'another-token' }),
      /answers no request/,
    ],
    ['of a stranger', async () => ({ inResponseTo: await requestId(), keys: strangersKeys }), /does not fit/],
  ])('is refused: %s', async (_, answered, reason) => {
    await expect(answer(await answered())).rejects.toThrow(reason);
  });
});
