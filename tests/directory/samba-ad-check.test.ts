/** `connector check` on a real domain controller: what it tells about the domain, the account, people and groups. */
import type { Check } from '@gatehouse/connector-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accountControl, adDn, adGroup, adPerson, adUnit } from '../support/ad-entries.ts';
import { type LdapConnector, openLdapConnector, type WrittenConfig } from '../support/ldap-connector.ts';
import { ldifReplace } from '../support/ldif.ts';
import { adSuffix, type SambaAd, startSambaAd } from '../support/samba-ad.ts';

const staff = `OU=Staff,${adSuffix}`;
const groups = `OU=Groups,${adSuffix}`;
const service = { dn: adDn('svc'), password: 'svc-secret' };

let domain: SambaAd;
const open: LdapConnector[] = [];
beforeAll(async () => {
  domain = await startSambaAd({
    ldif: [
      ldifReplace(adSuffix, { pwdProperties: '0', minPwdLength: '1' }),
      adUnit('Staff'),
      adUnit('Groups'),
      adPerson({ account: 'svc', attributes: { userAccountControl: accountControl.neverExpires } }),
      adPerson({ account: 'jane', below: staff }),
      adPerson({
        account: 'left',
        below: staff,
        attributes: { userAccountControl: accountControl.disabled },
      }),
      adGroup({ name: 'inner', below: groups, members: [adDn('jane', staff)] }),
      adGroup({ name: 'outer', below: groups, members: [adDn('inner', groups)] }),
      adGroup({ name: 'newsletter', kind: 'distribution', below: groups, members: [adDn('jane', staff)] }),
      adGroup({ name: 'others', below: groups, members: [adDn('left', staff)] }),
    ].join(''),
  });
}, 300_000);
afterAll(async () => {
  await Promise.all(open.map((connector) => connector.close()));
  await domain?.stop();
});

async function connect(more: WrittenConfig = {}): Promise<LdapConnector> {
  const connector = await openLdapConnector({
    preset: 'active-directory',
    host: domain.host,
    ca: domain.ca,
    bindDn: service.dn,
    bindPassword: service.password,
    userSearch: { baseDn: adSuffix },
    timeouts: { search: '30s', call: '60s' },
    ...more,
  });
  open.push(connector);
  return connector;
}

async function lines(more: WrittenConfig = {}): Promise<ReadonlyMap<string, Check>> {
  const checks = await (await connect(more)).check();
  return new Map(checks.map((line) => [line.name, line]));
}

describe('a good configuration', () => {
  test('passes without a word of advice, and tells what the domain is', async () => {
    const found = await lines();
    const faults = [...found.values()].filter(({ ok, advice }) => !ok || advice !== undefined);
    expect(faults).toEqual([]);
    expect(found.get('root entry')?.facts).toMatchObject({
      vendor: 'active-directory',
      contexts: [adSuffix],
    });
    expect(found.get('domains')?.detail).toBe(`CORP is ${adSuffix}`);
    expect(found.get('clock')?.detail).toMatch(/same as here|\d seconds/);
    expect(found.get('rights')?.detail).toBe('the state of accounts can be seen');
  });
});

describe('what is wrong is told', () => {
  test('an administrator as service account', async () => {
    const found = await lines({ bindDn: domain.adminDn, bindPassword: domain.adminPassword });
    expect(found.get('rights')?.advice).toContain('take an ordinary account');
  });

  test('the preset of another directory', async () => {
    const found = await lines({
      preset: 'openldap',
      attributes: { id: 'objectGUID', username: 'sAMAccountName' },
    });
    expect(found.get('root entry')?.advice).toContain('`preset: active-directory`');
  });
});

describe('somebody', () => {
  test.each(['jane', 'CORP\\jane', 'jane@corp.example.com'])(
    'is found as %s, with groups in groups',
    async (name) => {
      const connector = await connect();
      const { person, checks } = await connector.lookUp({ username: name });
      expect(checks.every(({ ok }) => ok)).toBe(true);
      expect(person?.identity).toEqual(await connector.someone('jane'));
      const attributes = new Map(person?.attributes.map((attribute) => [attribute.name, attribute]));
      expect(attributes.get('objectGUID')?.values).toEqual([person?.identity?.upstreamId]);
      expect(attributes.get('objectSid')?.values).toEqual([expect.stringMatching(/^S-1-5-21-/)]);
      expect(attributes.get('pwdLastSet')?.remark).toMatch(/^20\d\d-/);
    },
  );

  test('who is disabled is told so', async () => {
    const { checks, person } = await (await connect()).lookUp({ username: 'left' });
    const remarks = new Map(person?.attributes.map(({ name, remark }) => [name, remark]));
    expect(remarks.get('userAccountControl')).toBe('disabled');
    expect(remarks.get('accountExpires')).toBe('never');
    expect(checks.find(({ name }) => name === 'account')).toMatchObject({
      ok: false,
      detail: expect.stringContaining('account disabled'),
    });
  });

  test.each([
    ['newsletter', /distribution group/],
    ['others', /is not a member of it/],
  ])('is told why they are not in %s', async (name, why) => {
    const { groups: found } = await (await connect()).lookUp({ username: 'jane', groups: [name] });
    expect(found?.[0]?.found.flatMap(({ remarks }) => remarks).join(' ')).toMatch(why);
  });

  test('is told through which group they would be in another one', async () => {
    const way = { groupSearch: { baseDn: groups } };
    const { groups: found } = await (await connect(way)).lookUp({ username: 'jane', groups: ['outer'] });
    expect(found?.[0]?.found[0]?.remarks[0]).toContain(`through ${adDn('inner', groups)}`);
  });
});
