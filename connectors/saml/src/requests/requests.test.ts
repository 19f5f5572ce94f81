import assert from 'node:assert/strict';
import { createVerify } from 'node:crypto';
import type { Departure } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { describe, expect, test } from 'vitest';
import type { SamlDraft } from '../../../../tests/support/hostile/saml-draft.ts';
import { readRequest } from '../../../../tests/support/hostile/saml-idp.ts';
import { ns } from '../names.ts';
import { verified } from '../signature/verify.ts';
import { idpKeys, issuer, jane, ourKeys, play } from '../testing/played-provider.ts';
import { childOf } from '../xml/elements.ts';
import { parseXml } from '../xml/parse.ts';

const byHand = {
  entityId: 'https://idp.example.com/saml',
  ssoUrl: 'https://idp.example.com/sso?tenant=a%20b',
  certificates: idpKeys.certificate,
};

async function departureOf(config: object, wish = { fresh: false }): Promise<Departure> {
  const { login, connector } = play(config);
  const callbackUrl = new URL(`${issuer}/callback/corp`);
  const { departure } = await login.begin({ token: 'tok en&<"', callbackUrl, wish }, testCall());
  await connector.close?.();
  return departure;
}

describe('a request', () => {
  test('says who asks, where the answer goes, and which NameID is wanted', async () => {
    const { xml } = readRequest(await departureOf({ idp: byHand }));
    expect(xml).toContain('Destination="https://idp.example.com/sso?tenant=a%20b"');
    expect(xml).toContain(`AssertionConsumerServiceURL="${issuer}/callback/corp"`);
    expect(xml).toContain(`>${issuer}/connectors/corp/metadata</saml:Issuer>`);
    expect(xml).toContain('Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"');
    expect(xml).not.toContain('ForceAuthn');
  });

  test('goes to `/callback` where Dex had its answers', async () => {
    const { acs } = readRequest(await departureOf({ idp: byHand, callback: 'shared' }));
    expect(acs).toBe(`${issuer}/callback`);
  });

  test('asks for no format with `any`, and for the ways to sign in that are named', async () => {
    const authnContexts = ['urn:oasis:names:tc:SAML:2.0:ac:classes:X509'];
    const { xml } = readRequest(await departureOf({ idp: byHand, nameIdFormat: 'any', authnContexts }));
    expect(xml).not.toContain('Format=');
    expect(xml).toContain(`>${authnContexts[0]}</saml:AuthnContextClassRef>`);
  });

  test('asks for the password each time where the configuration wants that', async () => {
    expect(readRequest(await departureOf({ idp: byHand, forceAuthn: true })).fresh).toBe(true);
  });

  test('cannot be broken out of by a name', async () => {
    const entityId = 'https://us.example/"><evil/>&';
    const { xml } = readRequest(await departureOf({ idp: byHand, entityId }));
    expect(childOf(parseXml(xml), ns.assertion, 'Issuer')?.textContent).toBe(entityId);
  });
});

describe('a signed request', () => {
  test('by redirect has a signature over its own characters, and keeps what the address asks', async () => {
    const departure = await departureOf({ idp: byHand, signing: ourKeys });
    const [, signed = '', signature = ''] =
      /\?tenant=a%20b&(SAMLRequest=.*)&Signature=(.*)$/.exec(departure.url.href) ?? [];
    const bytes = Buffer.from(decodeURIComponent(signature), 'base64');
    assert.ok(createVerify('RSA-SHA256').update(signed).verify(ourKeys.certificate, bytes));
    expect(departure.url.searchParams.get('RelayState')).toBe('tok en&<"');
  });

  test('by POST has one inside', async () => {
    const departure = await departureOf({ idp: { ...byHand, ssoBinding: 'post' }, signing: ourKeys });
    assert.ok(departure.method === 'POST');
    const { xml: text } = readRequest(departure);
    const signature = childOf(parseXml(text), ns.signature, 'Signature');
    assert.ok(signature);
    expect(verified({ text, signature }, [ourKeys.certificate]).localName).toBe('AuthnRequest');
    expect(departure.fields.RelayState).toBe('tok en&<"');
  });
});

// Attack: the browser takes the wish out of the request, which is not signed, and the session of whoever was there before
// is enough.
describe('a provider that has to ask for the password each time', () => {
  const signedInAt = (written: string) => ({
    change: (draft: SamlDraft) => ({ ...draft, authn: { AuthnInstant: written, SessionIndex: '_s' } }),
  });

  test('is not believed when it answers from its session', async () => {
    const played = play({ forceAuthn: true });
    const { finish, good } = await played.begin();
    await expect(finish(good(signedInAt('2026-01-01T11:58:30Z')))).rejects.toThrow(/was to be asked again/);
    expect((await finish(good(signedInAt('2026-01-01T12:00:00Z')))).upstreamId).toBe(jane.id);
    await played.connector.close?.();
  });

  test('may write whole seconds, also with clocks that may not differ', async () => {
    const host = testHost({ id: 'corp' });
    host.advance(700);
    const played = play({ forceAuthn: true, clockSkew: '0s' }, host);
    const { finish, good } = await played.begin();
    expect((await finish(good(signedInAt('2026-01-01T12:00:00Z')))).upstreamId).toBe(jane.id);
    await played.connector.close?.();
  });
});

describe('the way to sign in', () => {
  const context = 'urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken';

  test('has to be one that was asked for', async () => {
    const played = play({ authnContexts: [context] });
    const { finish, good } = await played.begin();
    await expect(finish(good())).rejects.toThrow(/which was not asked for/);
    const identity = await finish(good({ change: (draft) => ({ ...draft, context }) }));
    expect(identity.upstreamId).toBe(jane.id);
    expect(identity.authenticated?.acr).toBe(context);
    await played.connector.close?.();
  });
});

test('who comes from a portal is sent to the application, which learns who asks it to begin', async () => {
  const { login, connector } = play({
    unsolicited: { initiateLoginUri: 'https://app.example.com/login?a=b' },
  });
  const { searchParams, origin } = login.unasked ?? new URL('about:blank');
  expect([origin, searchParams.get('a'), searchParams.get('iss')]).toEqual([
    'https://app.example.com',
    'b',
    issuer,
  ]);
  await connector.close?.();
});
