import { describe, expect, test } from 'vitest';
import { Entry } from '../entry.ts';
import { idFromDn, knownIdAttributes, readId } from './ids.ts';

function entryWith(attributes: Readonly<Record<string, readonly (Buffer | string)[]>>): Entry {
  const raw = Object.entries(attributes).map(
    ([name, values]) => [name.toLowerCase(), values.map((value) => Buffer.from(value))] as const,
  );
  return new Entry({ dn: 'cn=jane,dc=example,dc=org', attributes: new Map(raw) });
}

const guid = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const uuid = '5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c11';

describe('the id of a person', () => {
  test('is the first of the attributes that are known to be ids', () => {
    const all = { ipaUniqueID: ['ipa'], nsUniqueId: ['ns'], entryUUID: [uuid], objectGUID: [guid] };
    expect(knownIdAttributes.map((name) => readId(entryWith({ ...all }), [name]).attribute)).toEqual([
      ...knownIdAttributes,
    ]);
    expect(readId(entryWith(all), knownIdAttributes)).toMatchObject({ attribute: 'objectGUID' });
    expect(readId(entryWith({ ipaUniqueID: ['ipa'], nsUniqueId: ['ns'] }), knownIdAttributes).text).toBe(
      'ns',
    );
  });

  test('is the text of a GUID, whose first fields are stored backwards', () => {
    expect(readId(entryWith({ objectGUID: [guid] }), knownIdAttributes)).toEqual({
      attribute: 'objectGUID',
      text: '33221100-5544-7766-8899-aabbccddeeff',
      raw: guid,
    });
  });

  test('is a GUID also where its bytes happen to be text', () => {
    const letters = Buffer.from('abcdefghijklmnop');
    expect(readId(entryWith({ objectGUID: [letters] }), ['OBJECTGUID']).text).toBe(
      '64636261-6665-6867-696a-6b6c6d6e6f70',
    );
  });

  test('is the same for a UUID in upper and lower case', () => {
    expect(readId(entryWith({ entryUUID: [uuid.toUpperCase()] }), knownIdAttributes).text).toBe(uuid);
  });

  test('is the same for the id of 389 Directory Server in upper and lower case, which has a form of its own', () => {
    const id = '3F1C8A01-4E9B11EE-A2D4F0C3-9B7E6D55';
    expect(readId(entryWith({ nsUniqueId: [id] }), knownIdAttributes).text).toBe(id.toLowerCase());
    expect(readId(entryWith({ employeeNumber: [id] }), ['employeeNumber']).text).toBe(id);
  });

  test('is the text of a security identifier, where somebody asks for one', () => {
    const sid = Buffer.from('010500000000000515000000a065cf7e784b9b5fe77c8770f4010000', 'hex');
    expect(readId(entryWith({ objectSid: [sid] }), ['OBJECTSID']).text).toBe(
      'S-1-5-21-2127521184-1604012920-1887927527-500',
    );
  });

  test.each([
    ['of another revision', '020100000000000515000000'],
    ['without parts', '0100000000000005'],
    ['that is cut off', '0105000000000005150000'],
    ['with more behind it', '01010000000000051500000000'],
  ])('is refused for a security identifier %s', (_, hex) => {
    const entry = entryWith({ objectSid: [Buffer.from(hex, 'hex')] });
    expect(() => readId(entry, ['objectSid'])).toThrow(/is not a security identifier/);
  });

  // Attack: an entry that was imported past FreeIPA's own server keeps the word that stands for "make one".
  test('is refused where FreeIPA never made one', () => {
    const entry = entryWith({ ipaUniqueID: ['autogenerate'] });
    expect(() => readId(entry, ['ipaUniqueID'])).toThrow(/was never generated/);
  });

  test('keeps the case of what is not a UUID', () => {
    expect(readId(entryWith({ employeeNumber: ['A7'] }), ['employeenumber']).text).toBe('A7');
  });

  test('is the DN only where that was asked for', () => {
    expect(idFromDn(entryWith({}))).toMatchObject({ attribute: 'DN', text: 'cn=jane,dc=example,dc=org' });
    expect(() => readId(entryWith({}), knownIdAttributes)).toThrow(/has no "objectGUID" or "entryUUID"/);
  });

  // Decoded by force, two different ids would become one text full of replacement characters.
  test.each<[string, readonly (Buffer | string)[]]>([
    ['bytes that are not UTF-8', [Buffer.from([0xff, 0xfe])]],
    ['a control character', ['a\u0000b']],
    ['nothing but space', ['  ']],
    ['two values', ['a', 'b']],
    ['a value that is too long', ['x'.repeat(513)]],
  ])('is refused for %s', (_, values) => {
    expect(() => readId(entryWith({ customId: values }), ['customId'])).toThrow(/customId/);
  });

  test('is refused for a GUID that is not 16 bytes long', () => {
    expect(() => readId(entryWith({ objectGUID: ['short'] }), knownIdAttributes)).toThrow(
      /5 bytes instead of 16/,
    );
  });
});
