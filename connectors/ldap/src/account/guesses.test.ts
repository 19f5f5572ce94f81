import { testCall } from '@gatehouse/connector-kit/testing';
import { afterEach, describe, expect, test } from 'vitest';
import { suffix } from '../../../../tests/support/directory-tree.ts';
import { entry, searchResult } from '../../../../tests/support/hostile-ldap.ts';
import { openConnector, plainConfig } from '../testing/open-connector.ts';
import { type Play, type PlayedDirectory, playDirectory, playedConfig } from '../testing/played-directory.ts';

let directory: PlayedDirectory | undefined;
afterEach(async () => {
  await directory?.stop();
  directory = undefined;
});

async function open(play?: Play) {
  directory = await playDirectory(play);
  const { login } = openConnector({ ...playedConfig, ...plainConfig(directory.port) });
  if (login.kind !== 'password') throw new Error('not a password connector');
  return login;
}

const nobody: Play = ({ id, kind }) => (kind === 'search' ? [searchResult(id)] : undefined);

describe('the service account as a person', () => {
  const found: Play = ({ id, kind }) => {
    if (kind !== 'search') return undefined;
    const attributes = {
      uid: ['service'],
      cn: ['service'],
      entryUUID: ['5d3c2f1e-8f4a-4a53-9a57-0a2b8f3d9c12'],
    };
    return [entry(id, `CN=Service,${suffix}`, attributes), searchResult(id)];
  };

  test('Attack: its name, and passwords until the directory locks it. The directory never sees one, and it looks as for nobody.', async () => {
    const login = await open(found);
    const call = testCall();
    expect(await login.verify({ username: 'service', password: 'guess' }, call)).toBeNull();
    expect(directory?.binds).toEqual(['service', 'stranger']);
  });

  test('signs in with its own password', async () => {
    const login = await open(found);
    const identity = await login.verify({ username: 'service', password: 'service-password' }, testCall());
    expect(identity?.username).toBe('service');
  });
});

describe('tries at one account', () => {
  test('Attack: its other names, for fresh tries. They are counted by the entry, and one too many costs what nobody costs.', async () => {
    const login = await open();
    const counted: string[] = [];
    const mayTry = async (account: string) => counted.push(account) < 3;
    for (const username of ['jane', 'JANE', 'jane@example.org', 'jane']) {
      expect(await login.verify({ username, password: 'wrong', mayTry }, testCall())).toBeNull();
    }
    expect(new Set(counted)).toEqual(new Set([`cn=jane,ou=people,${suffix}`]));
    expect(directory?.binds).toEqual(['service', 'wrong', 'wrong', 'stranger', 'stranger']);
  });

  test('do not show the right password either', async () => {
    const login = await open();
    const mayTry = async () => false;
    expect(await login.verify({ username: 'jane', password: 'right', mayTry }, testCall())).toBeNull();
    expect(directory?.binds).toEqual(['service', 'stranger']);
  });

  test('Attack: counting what is asked of the database tells who exists. It is asked once for nobody, too.', async () => {
    const login = await open(nobody);
    const counted: string[] = [];
    const mayTry = async (account: string) => counted.push(account) > 0;
    expect(await login.verify({ username: 'nemo', password: 'wrong', mayTry }, testCall())).toBeNull();
    expect(counted).toHaveLength(1);
  });
});
