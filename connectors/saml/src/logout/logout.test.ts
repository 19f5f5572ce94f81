import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Arrival, ConnectorError, type Reply } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { escapeXml } from '../../../../tests/support/hostile/saml-draft.ts';
import type { SamlKeys } from '../../../../tests/support/hostile/saml-keys.ts';
import { signPart } from '../../../../tests/support/hostile/saml-sign.ts';
import { sessionForm, sessionOf } from '../identity.ts';
import { nameIdFormats } from '../names.ts';
import { idpKeys, issuer, jane, ourKeys, play, strangersKeys } from '../testing/played-provider.ts';

const byHand = {
  entityId: 'https://idp.example.com/saml',
  ssoUrl: 'https://idp.example.com/sso',
  logoutUrl: 'https://idp.example.com/slo?tenant=1',
  certificates: idpKeys.certificate,
};
const here = `${issuer}/connectors/corp/logout`;
const played = play({ idp: byHand, signing: ourKeys });
afterAll(() => played.connector.close?.());

let last = 0;

interface Wished {
  readonly destination?: string;
  readonly from?: string;
  readonly at?: Date;
  readonly sessions?: readonly string[];
  readonly nameId?: string;
  readonly more?: string;
  /** The attributes of the NameID. */
  readonly named?: string;
}

function wish({
  destination = here,
  from = byHand.entityId,
  at,
  sessions = [],
  nameId = jane.id,
  more = '',
  named = ` Format="${nameIdFormats.persistent}"`,
}: Wished = {}) {
  last += 1;
  const names =
    'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"';
  const moment = (at ?? played.host.now()).toISOString();
  return [
    `<samlp:LogoutRequest ${names} ID="_logout-${last}" Version="2.0" IssueInstant="${moment}" Destination="${escapeXml(destination)}"${more}>`,
    `<saml:Issuer>${from}</saml:Issuer>`,
    `<saml:NameID${named}>${nameId}</saml:NameID>`,
    ...sessions.map((index) => `<samlp:SessionIndex>${index}</samlp:SessionIndex>`),
    '</samlp:LogoutRequest>',
  ].join('');
}

/** As the broker knows it. */
const parties = { idp: byHand.entityId, sp: `${issuer}/connectors/corp/metadata` };
const sessionOfJane = (index: string) => sessionOf({ value: jane.id, format: '' }, index, parties);

function redirected(
  xml: string,
  keys: SamlKeys | null = idpKeys,
  encode: (text: string) => string = encodeURIComponent,
): Arrival {
  const packed = encode(deflateRawSync(xml).toString('base64'));
  const algorithm = encode('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256');
  const signed = `SAMLRequest=${packed}&RelayState=back&SigAlg=${algorithm}`;
  const signature = keys && createSign('RSA-SHA256').update(signed).sign(keys.key, 'base64');
  const query = signature === null ? signed : `${signed}&Signature=${encode(signature)}`;
  return { method: 'GET', params: new URLSearchParams(query), headers: {}, query };
}

function posted(xml: string): Arrival {
  const params = new URLSearchParams({ SAMLRequest: Buffer.from(xml).toString('base64') });
  return { method: 'POST', params, headers: {}, body: new TextEncoder().encode(params.toString()) };
}

async function answer(arrival: Arrival, { connector } = played): Promise<Reply> {
  const endpoint = connector.endpoints?.logout;
  assert.ok(endpoint);
  return endpoint(arrival, testCall());
}

async function refusalOf(arrival: Arrival): Promise<string> {
  const before = played.host.changes.length;
  const error = await answer(arrival).then(
    () => assert.fail('it was believed'),
    (thrown: unknown) => thrown,
  );
  assert.ok(ConnectorError.is(error), String(error));
  expect(played.host.changes).toHaveLength(before);
  return error.message;
}

describe('a provider that signs somebody out', () => {
  test('by redirect ends the sessions it names, and gets a signed answer', async () => {
    const reply = await answer(redirected(wish({ sessions: ['_session-7', '_session-8'] })));
    expect(played.host.changes.at(-1)).toMatchObject({
      upstreamIds: [jane.id],
      how: 'signedOut',
      upstreamSessions: [sessionOfJane('_session-7'), sessionOfJane('_session-8')],
    });
    expect(reply.status).toBe(303);
    const location = new URL(reply.headers?.location ?? '');
    expect(location.href).toMatch(/^https:\/\/idp\.example\.com\/slo\?tenant=1&SAMLResponse=/);
    expect(location.searchParams.get('RelayState')).toBe('back');
    expect(location.searchParams.get('Signature')).toBeTruthy();
    const packed = Buffer.from(location.searchParams.get('SAMLResponse') ?? '', 'base64');
    expect(inflateRawSync(packed).toString()).toContain(`InResponseTo="_logout-${last}"`);
  });

  test('by POST ends all sessions of the person, where it names none', async () => {
    const reply = await answer(posted(signPart(wish(), 'LogoutRequest', idpKeys)));
    expect(played.host.changes.at(-1)).toMatchObject({ upstreamIds: [jane.id], how: 'signedOut' });
    expect(reply.status).toBe(303);
  });

  test('with small letters in its escapes, as ADFS writes them, is understood', async () => {
    const small = (text: string) => encodeURIComponent(text).replace(/%../g, (found) => found.toLowerCase());
    expect((await answer(redirected(wish(), idpKeys, small))).status).toBe(303);
  });

  test('finds sessions by NameID and index where the id is an attribute', async () => {
    const other = play(
      { idp: byHand, signing: ourKeys, attributes: { id: 'uid' } },
      testHost({ id: 'corp' }),
    );
    await answer(redirected(wish({ sessions: ['_session-9'] })), other);
    expect(other.host.changes.at(-1)).toMatchObject({
      upstreamIds: [],
      upstreamSessions: [sessionOfJane('_session-9')],
    });
    await expect(answer(redirected(wish()), other)).rejects.toThrow(/nobody can be found/);
    await other.connector.close?.();
  });

  // Attack: somebody signs out at a provider that numbers each person's sessions from one, and everybody whose session
  // has the same number is signed out here.
  test("ends nobody else's session of the same index", async () => {
    const other = play(
      { idp: byHand, signing: ourKeys, attributes: { id: 'uid' } },
      testHost({ id: 'corp' }),
    );
    const { finish, good } = await other.begin();
    const { upstreamSession, sessionState } = await finish(good());
    const { sessionIndex } = sessionForm.parse(sessionState);
    const ended = async (nameId: string) => {
      await answer(redirected(wish({ nameId, sessions: [sessionIndex ?? ''] })), other);
      return other.host.changes.at(-1);
    };
    expect((await ended('mallory-id'))?.upstreamSessions).not.toContain(upstreamSession);
    // The same name, given by another provider that this one speaks for.
    const named = ` Format="${nameIdFormats.persistent}" NameQualifier="https://other.example"`;
    await answer(redirected(wish({ named, sessions: [sessionIndex ?? ''] })), other);
    expect(other.host.changes.at(-1)?.upstreamSessions).not.toContain(upstreamSession);
    expect((await ended(jane.id))?.upstreamSessions).toContain(upstreamSession);
    await other.connector.close?.();
  });

  test('gets a page with a form, where it takes answers by POST alone', async () => {
    const idp = { ...byHand, logoutBinding: 'post' };
    const other = play({ idp, signing: ourKeys }, testHost({ id: 'corp' }));
    const { status, body } = await answer(redirected(wish()), other);
    expect(status).toBe(200);
    expect(body).toContain('action="https://idp.example.com/slo?tenant=1"');
    await other.connector.close?.();
  });
});

// Attack: anybody on the internet ends other people's sessions.
describe('a wish to sign somebody out that nobody has vouched for', () => {
  const wrapped = () => {
    const signed = signPart(wish(), 'LogoutRequest', idpKeys);
    return wish({ nameId: 'john-id' }).replace('</saml:Issuer>', `</saml:Issuer>${signed}`);
  };
  const tampered = () => {
    const arrival = redirected(wish());
    const query = (arrival.query ?? '').replace('RelayState=back', 'RelayState=evil');
    return { ...arrival, query, params: new URLSearchParams(query) };
  };
  const twice = () => {
    const arrival = redirected(wish());
    const query = `${arrival.query}&RelayState=evil`;
    return { ...arrival, query, params: new URLSearchParams(query) };
  };
  // What is signed is looked for by its plain name, and what is sent back to the provider by its decoded one.
  const disguised = () => {
    const arrival = redirected(wish());
    const query = `Relay%53tate=evil&${arrival.query}`;
    return { ...arrival, query, params: new URLSearchParams(query) };
  };
  test.each([
    ['without a signature, by redirect', () => redirected(wish(), null), /not signed/],
    ['without a signature, by POST', () => posted(wish()), /not signed/],
    ['signed by a stranger, by redirect', () => redirected(wish(), strangersKeys), /does not fit/],
    [
      'signed by a stranger, by POST',
      () => posted(signPart(wish(), 'LogoutRequest', strangersKeys)),
      /not configured/,
    ],
    ['wrapped', () => posted(wrapped()), /not signed/],
    ['with another RelayState', tampered, /does not fit/],
    ['with a second RelayState', twice, /twice/],
    ['with a second RelayState whose name has escapes', disguised, /escapes/],
    ['for another place', () => redirected(wish({ destination: 'https://other.example' })), /Destination/],
    ['of another provider', () => redirected(wish({ from: 'https://other.example' })), /Issuer/],
    ['from yesterday', () => redirected(wish({ at: new Date('2025-12-31T12:00:00Z') })), /too old/],
    ['from tomorrow', () => redirected(wish({ at: new Date('2026-01-02T12:00:00Z') })), /in the future/],
    ['that is over', () => redirected(wish({ more: ' NotOnOrAfter="2026-01-01T11:00:00Z"' })), /in the past/],
    ['without a name', () => redirected(wish({ nameId: '' })), /NameID is empty/],
    ['with a DOCTYPE', () => redirected(`<!DOCTYPE a>${wish()}`), /document type/],
    ['that becomes very large', () => redirected(wish({ more: ` a="${'x'.repeat(200_000)}"` })), /unpacked/],
    ['that is an assertion', () => redirected('<a/>'), /not a LogoutRequest/],
  ])('is refused: %s', async (_, arrival, reason) => {
    expect(await refusalOf(arrival())).toMatch(reason);
  });

  test('is refused the second time', async () => {
    const arrival = redirected(wish());
    await answer(arrival);
    expect(await refusalOf(arrival)).toMatch(/used before/);
  });
});

// Attack: somebody whose name is another person's in another directory is turned away here, and signs out at the provider.
describe('a wish about somebody who could not have signed in as the person of that name', () => {
  const elsewhere = (attribute: string) =>
    ` Format="${nameIdFormats.persistent}" ${attribute}="https://elsewhere.example"`;

  test.each([
    ['of another directory', elsewhere('NameQualifier'), /qualified by "https:\/\/elsewhere/],
    ['that was given to another service', elsewhere('SPNameQualifier'), /qualified by "https:\/\/elsewhere/],
    ['of another format', ` Format="${nameIdFormats.emailAddress}"`, /format/],
    ['of no format', '', /format/],
  ])('is refused: a name %s', async (_, named, reason) => {
    expect(await refusalOf(redirected(wish({ named })))).toMatch(reason);
  });

  test.each(['NameQualifier', 'SPNameQualifier'])(
    'is refused also where it names a session: %s',
    async (name) => {
      const sessions = ['1'];
      expect(await refusalOf(redirected(wish({ named: elsewhere(name), sessions })))).toMatch(/qualified by/);
    },
  );

  test('is understood by its sessions alone, where the provider leaves the format out', async () => {
    expect((await answer(redirected(wish({ named: '', sessions: ['_session-5'] })))).status).toBe(303);
    expect(played.host.changes.at(-1)).toEqual({
      upstreamIds: [],
      how: 'signedOut',
      upstreamSessions: [sessionOfJane('_session-5')],
    });
  });
});
