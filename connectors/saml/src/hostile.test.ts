/** Attack: an identity provider, or somebody who plays one, answers with whatever might be taken for a good answer. */
import assert from 'node:assert/strict';
import { ConnectorError } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import { note } from '../../../tests/support/hostile/note.ts';
import { hostileCases } from '../../../tests/support/hostile/saml-cases.ts';
import { attributesXml, nameIdXml } from '../../../tests/support/hostile/saml-draft.ts';
import { posted, readRequest } from '../../../tests/support/hostile/saml-idp.ts';
import { issuer, jane, ourKeys, play, strangersKeys } from './testing/played-provider.ts';

const played = play({ decryption: ourKeys });
afterAll(() => played.connector.close?.());

async function failureOf(attempt: Promise<unknown>): Promise<ConnectorError> {
  const error = await attempt.then(
    () => assert.fail('it was taken for good'),
    (thrown: unknown) => thrown,
  );
  assert.ok(ConnectorError.is(error), String(error));
  return error;
}

describe('what a hostile identity provider sends', () => {
  test('has a row for everything, each by its own name', () => {
    const names = hostileCases.map(({ group, name }) => `${group}: ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test.for(hostileCases.map((row) => [`${row.group}: ${row.name}`, row] as const))(
    '%s is refused',
    async ([attack, { answer, refusal, code = 'bad_response' }], context) => {
      const row = { peer: 'SAML', attack, expected: code } as const;
      note(context, row);
      const { request, finish, good } = await played.begin();
      const stage = { idp: played.idp, request, good, stranger: strangersKeys, ours: ourKeys };
      const error = await failureOf(finish(answer({ ...stage, now: played.host.now() })));
      note(context, { ...row, seen: error.message });
      expect(error.message).toMatch(refusal);
      expect(error.code).toBe(code);
      // Attack: whoever sends what is refused fills the log.
      expect(error.message.length).toBeLessThan(1_000);
      // The provider is not to blame for what a stranger plays: a good answer still counts.
      expect((await finish(good())).upstreamId).toBe(jane.id);
    },
  );
});

// Attack: somebody gets an account whose id is another person's, with a space of another kind beside it.
test.each([' ', '\u00a0', '\u2003', '\ufeff'])(
  'an id keeps the space %j, which is no layout',
  async (space) => {
    const { request, finish } = await played.begin();
    const attributes = { ...jane.attributes, groups: [`admins${space}`, `${space}admins`] };
    const answer = played.idp.answer(request, { id: `${jane.id}${space}`, attributes });
    const identity = await finish(answer);
    expect(identity.upstreamId).toBe(`${jane.id}${space}`);
    expect(identity.groups).toEqual(attributes.groups);
  },
);

test('lines around a value are layout', async () => {
  const { request, finish } = await played.begin();
  const answer = played.idp.answer(request, { ...jane, id: `\n      ${jane.id}\n    ` });
  expect((await finish(answer)).upstreamId).toBe(jane.id);
});

// Attack: as above, where nothing but the ciphertext is signed, so that no digest tells what xmldom has made of it.
test.each(['\u0085', '\u2028'])(
  'an id does not lose the end of a line %j that only xmldom knows',
  async (line) => {
    const { request, finish } = await played.begin();
    const person = { ...jane, id: `${jane.id}${line}` };
    const answer = played.idp.answer(request, person, { encryptTo: ourKeys, signs: 'response' });
    expect((await failureOf(finish(answer))).message).toMatch(/end of a line of another kind/);
  },
);

describe('a good answer', () => {
  test.each([
    ['with a signed assertion', {}],
    ['with a signed response', { signs: 'response' }],
    ['with both signed', { signs: 'both' }],
    ['encrypted, with a signed assertion', { encryptTo: ourKeys }],
    ['encrypted, with a signed response', { encryptTo: ourKeys, signs: 'response' }],
    ['encrypted, with both signed', { encryptTo: ourKeys, signs: 'both' }],
    ['encrypted with AES-128-GCM', { encryptTo: ourKeys, encrypt: { cipher: 'aes-128-gcm' } }],
    [
      'signed with RSA and SHA-512',
      { sign: { algorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512' } },
    ],
    ['whose signature names no certificate', { sign: { names: null } }],
    ['with a list of inclusive namespaces', { sign: { inclusive: ['xs', 'saml'] } }],
  ] as const)('%s signs in', async (_, options) => {
    const { finish, good } = await played.begin();
    const identity = await finish(good(options));
    expect(identity.upstreamId).toBe('jane-id');
    expect(identity.groups).toEqual(['admins', 'writers']);
  });
});

// Attack: as with a NameID itself; so eduPersonTargetedID comes, which has both qualifiers always.
test('an attribute with a NameID inside is the id of its provider alone', async () => {
  const targeted = play({ attributes: { id: 'eptid' } }, testHost({ id: 'corp' }));
  const { request, finish } = await targeted.begin();
  const answer = (nameQualifier: string) => {
    const qualifiers = `NameQualifier="${nameQualifier}" SPNameQualifier="${request.issuer}"`;
    const value = nameIdXml('opaque-7').replace('<saml:NameID ', `<saml:NameID ${qualifiers} `);
    const inside = attributesXml({ eptid: ['x'] }).replace('>x<', () => `>${value}<`);
    return targeted.idp.answer(request, jane, { change: (draft) => ({ ...draft, attributes: inside }) });
  };
  expect((await failureOf(finish(answer('https://other-idp.example')))).message).toMatch(/NameQualifier/);
  expect((await finish(answer(targeted.idp.entityId))).upstreamId).toBe('opaque-7');
  await targeted.connector.close?.();
});

test('a thousand groups, each an attribute of its own, are not too many', async () => {
  const groups = Array.from({ length: 1_000 }, (_, at) => `CN=group-${at},OU=Groups,DC=example,DC=com`);
  const each = groups.map((group) =>
    attributesXml({ groups: [group] }).replace(/<.?saml:AttributeStatement>/g, ''),
  );
  const end = '</saml:AttributeStatement>';
  const more = (written: string) => written.replace(end, () => `${each.join('')}${end}`);
  const { finish, good } = await played.begin();
  const identity = await finish(
    good({ change: (draft) => ({ ...draft, attributes: more(draft.attributes) }) }),
  );
  expect(identity.groups).toEqual(['admins', 'writers', ...groups]);
});

/** For the table, beside those that have a row. */
function noteReplay(context: TestContext, attack: string, { message }: ConnectorError): void {
  note(context, { peer: 'SAML', attack: `replay: ${attack}`, expected: 'bad_response', seen: message });
}

describe('an answer that was good', () => {
  test('does not count twice, on whichever replica', async (context) => {
    const other = play({ decryption: ourKeys }, played.host);
    const { finish, good, memo } = await played.begin();
    const answer = good();
    await finish(answer);
    const arrival = posted(answer, 'a-token');
    const callbackUrl = new URL(`${issuer}/callback/corp`);
    const error = await failureOf(other.login.finish({ arrival, memo, callbackUrl }, testCall()));
    noteReplay(context, 'the same answer, at another replica', error);
    expect(error.message).toMatch(/used before/);
    await other.connector.close?.();
  });

  test('does not count in another wrapping with the same assertion', async (context) => {
    const { finish, good } = await played.begin();
    const answer = good();
    await finish(answer);
    const error = await failureOf(finish(answer.replace(/ ID="_response[^"]+"/, ' ID="_response-x"')));
    noteReplay(context, 'the same assertion in another response', error);
    expect(error.message).toMatch(/used before/);
  });

  test('does not count for another login', async (context) => {
    const [one, other] = [await played.begin(), await played.begin()];
    const error = await failureOf(other.finish(one.good()));
    noteReplay(context, 'the answer to another login', error);
    expect(error.message).toMatch(/another request/);
  });

  test('does not count at another connector', async (context) => {
    const { login, connector } = play({ callback: 'shared' }, played.host);
    const callbackUrl = new URL(`${issuer}/callback`);
    const { departure, memo } = await login.begin(
      { token: 't', callbackUrl, wish: { fresh: false } },
      testCall(),
    );
    const request = { ...readRequest(departure), acs: `${issuer}/callback/corp` };
    const arrival = posted(played.idp.answer(request, jane), 't');
    const error = await failureOf(login.finish({ arrival, memo, callbackUrl }, testCall()));
    noteReplay(context, "the answer for another connector's ACS", error);
    expect(error.message).toMatch(/Destination/);
    await connector.close?.();
  });

  test('does not count in the address, nor twice in one form', async () => {
    const { memo, good } = await played.begin();
    const { params } = posted(good(), 'a-token');
    const callbackUrl = new URL(issuer);
    const finish = (method: 'GET' | 'POST') =>
      played.login.finish({ arrival: { method, params, headers: {} }, memo, callbackUrl }, testCall());
    expect((await failureOf(finish('GET'))).message).toMatch(/not posted/);
    params.append('SAMLResponse', params.get('SAMLResponse') ?? '');
    expect((await failureOf(finish('POST'))).message).toMatch(/not one SAMLResponse/);
  });
});
