import assert from 'node:assert/strict';
import { ConnectorError } from '@gatehouse/connector-kit';
import { describe, expect, test } from 'vitest';
import { configSchema, type SamlConfig } from './config.ts';
import { identityOf as identityFor, sessionOf } from './identity.ts';
import { nameIdFormats } from './names.ts';
import type { Attribute } from './response/attributes.ts';
import type { Checked } from './response/check-response.ts';
import type { NameId } from './response/subject.ts';
import { idpKeys, ourKeys } from './testing/played-provider.ts';

const idp = {
  entityId: 'https://idp.example.com',
  ssoUrl: 'https://idp.example.com/sso',
  certificates: idpKeys.certificate,
};

function config(options: object = {}): SamlConfig {
  return configSchema.parse({ idp, ...options });
}

const sp = 'https://login.example.com/connectors/corp/metadata';
const identityOf = (from: Checked, by: SamlConfig) => identityFor(from, by, sp);

function checked(attributes: readonly Attribute[], format: string = nameIdFormats.persistent): Checked {
  return {
    idp: idp.entityId,
    responseId: '_r',
    assertionId: '_a',
    nameId: { value: 'id-7', format },
    authentication: { at: 0, context: 'urn:x', sessionIndex: '_s', ends: 3_600_000 },
    attributes,
    over: 0,
  };
}

function refusal(run: () => unknown): ConnectorError {
  try {
    run();
  } catch (error) {
    assert.ok(ConnectorError.is(error));
    return error;
  }
  return assert.fail('it was taken');
}

const groups = (...values: string[]): Attribute => ({ name: 'urn:groups', friendlyName: 'groups', values });

describe('attributes', () => {
  test('are found by their name, or else by the name for people', () => {
    const sent = [
      { name: 'urn:oid:0.9.2342.19200300.100.1.3', friendlyName: 'mail', values: ['by@friendly.name'] },
      { name: 'uid', values: ['jane'] },
    ];
    const identity = identityOf(checked(sent), config({ attributes: { email: 'mail', username: 'uid' } }));
    expect(identity.email).toEqual({ address: 'by@friendly.name', verified: false });
    expect(identity.username).toBe('jane');
  });

  // Attack: an attribute that people may fill in themselves is given the friendly name of the groups.
  test('that have the name count before those that only have the friendly name', () => {
    const sent = [
      { name: 'urn:hobby', friendlyName: 'groups', values: ['admins'] },
      { name: 'groups', values: ['staff'] },
    ];
    expect(identityOf(checked(sent), config({ attributes: { groups: 'groups' } })).groups).toEqual(['staff']);
  });

  test('that the configuration names and nobody sends are told with those that are sent, and no value', () => {
    const error = refusal(() =>
      identityOf(
        checked([{ name: 'urn:mail', values: ['jane@example.com'] }]),
        config({ attributes: { username: 'uid' } }),
      ),
    );
    expect(error.code).toBe('misconfigured');
    expect(error.message).toMatch(/"uid".*"urn:mail"/);
    expect(error.message).not.toContain('jane@');
  });
});

describe('groups', () => {
  const names = { attributes: { groups: 'groups' } };

  test('are all values, of the attribute that comes once for each too, each once', () => {
    const sent = [groups('a', 'b'), groups('b'), groups('c d')];
    expect(identityOf(checked(sent), config(names)).groups).toEqual(['a', 'b', 'c d']);
  });

  test('in one value are what stands between the delimiters', () => {
    const identity = identityOf(checked([groups('a; b;;c,d')]), config({ ...names, groupsDelimiter: ';' }));
    expect(identity.groups).toEqual(['a', 'b', 'c,d']);
  });

  // Attack: whoever may name a group names one like another one, with a space that is none of XML's before or after it.
  test.each(['\u00a0', '\u2003', '\u3000', '\ufeff'])('keep what only looks like layout: %j', (space) => {
    const names = { attributes: { groups: 'groups' }, groupsDelimiter: ';' };
    const identity = identityOf(checked([groups(` x ;${space}admins;admins${space}`)]), config(names));
    expect(identity.groups).toEqual(['x', `${space}admins`, `admins${space}`]);
  });

  test('are none where the provider leaves the attribute out, unless it is required', () => {
    expect(identityOf(checked([]), config(names)).groups).toEqual([]);
    const error = refusal(() => identityOf(checked([]), config({ ...names, groupsRequired: true })));
    expect(error.code).toBe('misconfigured');
  });

  // A shorter list takes access away, and with a deny rule gives it.
  test('that Entra ID replaced by a link are no groups but a refusal', () => {
    const link = { name: 'http://schemas.microsoft.com/claims/groups.link', values: ['https://graph'] };
    const error = refusal(() => identityOf(checked([link]), config(names)));
    expect(error.message).toMatch(/150/);
  });
});

describe('the id', () => {
  test('is a persistent NameID', () => {
    expect(identityOf(checked([]), config()).upstreamId).toBe('id-7');
  });

  test.each(['emailAddress', 'unspecified', 'transient', 'WindowsDomainQualifiedName'] as const)(
    'is no NameID of the format %s, which may be somebody else tomorrow',
    (format) => {
      const error = refusal(() => identityOf(checked([], nameIdFormats[format]), config()));
      expect(error.message).toMatch(/somebody else's tomorrow/);
    },
  );

  test('is one where the operator insists, but never one for a single session', () => {
    const insists = config({ insecureNameIdAsId: true });
    expect(identityOf(checked([], nameIdFormats.emailAddress), insists).upstreamId).toBe('id-7');
    refusal(() => identityOf(checked([], nameIdFormats.transient), insists));
  });

  // Attack: somebody whose user name is another person's address lets the provider send the user name instead.
  test('is no NameID of another format than the one that was asked for', () => {
    const insists = config({ insecureNameIdAsId: true, nameIdFormat: 'emailAddress' });
    expect(identityOf(checked([], nameIdFormats.emailAddress), insists).upstreamId).toBe('id-7');
    for (const format of [nameIdFormats.unspecified, nameIdFormats.persistent]) {
      expect(refusal(() => identityOf(checked([], format), insists)).message).toMatch(/was asked for/);
    }
  });

  test('is the one value of an attribute', () => {
    const byAttribute = config({ attributes: { id: 'oid' } });
    const sent = (...values: string[]) => checked([{ name: 'oid', values }], nameIdFormats.transient);
    expect(identityOf(sent('x-1'), byAttribute).upstreamId).toBe('x-1');
    expect(refusal(() => identityOf(sent('x-1', 'x-2'), byAttribute)).message).toMatch(/several values/);
    expect(refusal(() => identityOf(sent(), byAttribute)).message).toMatch(/empty/);
    expect(refusal(() => identityOf(checked([]), byAttribute)).message).toMatch(/no attribute/);
  });
});

// Attack: a provider that passes on the ids of others sends one which another of them has given to somebody else.
describe('an id that is unique within its qualifiers only', () => {
  const qualified = (qualifiers: Partial<NameId>) => ({
    ...checked([]),
    nameId: { value: 'id-7', format: nameIdFormats.persistent, ...qualifiers },
  });
  const foreign = { nameQualifier: 'https://other-idp.example.com' };
  const affiliation = { spNameQualifier: 'https://affiliation.example.com' };

  test.each([
    ['no qualifiers', {}],
    ['that it is of the provider', { nameQualifier: idp.entityId }],
    ['that it was made for us', { spNameQualifier: sp }],
    ['both', { nameQualifier: idp.entityId, spNameQualifier: sp }],
  ])('is taken with %s', (_, qualifiers) => {
    expect(identityOf(qualified(qualifiers), config()).upstreamId).toBe('id-7');
  });

  test.each([
    ['of another provider', foreign, /other-idp.*NameQualifier.*`nameQualifier`/],
    ['made for somebody else', affiliation, /affiliation.*SPNameQualifier.*`spNameQualifier`/],
    ['in other letters', { nameQualifier: idp.entityId.toUpperCase() }, /IDP/],
  ])('is refused when it is %s, and the log says what to do', (_, qualifiers, reason) => {
    const error = refusal(() => identityOf(qualified(qualifiers), config()));
    expect(error.code).toBe('misconfigured');
    expect(error.message).toMatch(reason);
  });

  test('is refused where the operator takes other formats too', () => {
    const from = {
      ...qualified(foreign),
      nameId: { value: 'jane', format: nameIdFormats.unspecified, ...foreign },
    };
    refusal(() => identityOf(from, config({ insecureNameIdAsId: true })));
  });

  test('is taken with the qualifiers that the operator names, and with no others beside them', () => {
    const named = config({ ...foreign, ...affiliation });
    expect(identityOf(qualified({ ...foreign, ...affiliation }), named).upstreamId).toBe('id-7');
    for (const other of [{}, foreign, affiliation, { ...foreign, spNameQualifier: sp }]) {
      expect(refusal(() => identityOf(qualified(other), named)).code).toBe('misconfigured');
    }
  });

  test('is not looked at where the id is an attribute, unless that holds a NameID', () => {
    const byAttribute = config({ attributes: { id: 'oid' } });
    const plain = { ...qualified(foreign), attributes: [{ name: 'oid', values: ['x-1'] }] };
    expect(identityOf(plain, byAttribute).upstreamId).toBe('x-1');
    const inside = { value: 'x-1', format: nameIdFormats.persistent, ...foreign };
    const targeted = { ...checked([]), attributes: [{ name: 'oid', values: ['x-1'], nameIds: [inside] }] };
    expect(refusal(() => identityOf(targeted, byAttribute)).message).toMatch(/other-idp/);
  });
});

// What would end "the session" there would end all sessions of the person.
test('where the provider names no session, nothing is kept to sign out there', () => {
  const { authentication, ...rest } = checked([]);
  const { sessionIndex: _, ...without } = authentication;
  const identity = identityOf({ ...rest, authentication: without }, config());
  expect([identity.upstreamSession, identity.sessionState]).toEqual([undefined, undefined]);
});

test('how, when and in which session the person signed in is passed on', () => {
  const identity = identityOf(checked([]), config({ signing: ourKeys }));
  expect(identity.authenticated).toEqual({ at: new Date(0), acr: 'urn:x' });
  expect(identity.upstreamSession).toBe(
    sessionOf({ value: 'id-7', format: '' }, '_s', { idp: idp.entityId, sp }),
  );
  expect(identity.upstreamSessionEnds).toEqual(new Date(3_600_000));
  expect(identity.sessionState).toMatchObject({ nameId: { value: 'id-7' }, sessionIndex: '_s' });
});
