import { testCall } from '@gatehouse/connector-kit/testing';
import { describe, expect, test } from 'vitest';
import { configSchema } from '../config.ts';
import { Entry } from '../entry.ts';
import type { Searches } from '../session.ts';
import type { SearchAnswer, SearchQuery } from '../wire/connection.ts';
import { resultCode } from '../wire/result-code.ts';
import { Domains } from './domains.ts';

const config = configSchema.parse({
  host: 'ad.example.com',
  preset: 'active-directory',
  userSearch: { baseDn: 'DC=corp,DC=example,DC=com' },
});
const configuration = 'CN=Configuration,DC=corp,DC=example,DC=com';
const corp = { netbios: 'CORP', dns: 'corp.example.com', base: 'DC=corp,DC=example,DC=com' };

function entry(dn: string, attributes: Readonly<Record<string, string>>): Entry {
  const raw = Object.entries(attributes).map(
    ([name, value]) => [name.toLowerCase(), [Buffer.from(value)]] as const,
  );
  return new Entry({ dn, attributes: new Map(raw) });
}

const root = entry('', { configurationNamingContext: configuration });
const partition = entry(`CN=CORP,CN=Partitions,${configuration}`, {
  nETBIOSName: 'CORP',
  nCName: corp.base,
  dnsRoot: 'Corp.Example.com',
});

/** A directory that answers two questions, in the way of the test. */
class Played {
  readonly asked: SearchQuery[] = [];
  root: Partial<SearchAnswer> = { entries: [root] };
  partitions: Partial<SearchAnswer> = { entries: [partition] };

  get searches(): Searches {
    return {
      search: async (query: SearchQuery) => {
        this.asked.push(query);
        return answer(query.base === '' ? this.root : this.partitions);
      },
      inPages: (work) => work(this.searches),
    } as Searches;
  }
}

function answer(said: Partial<SearchAnswer>): SearchAnswer {
  const nothing = { entries: [], references: [], cookie: undefined };
  return { result: { code: 0, message: '' }, ...nothing, ...said } as unknown as SearchAnswer;
}

function clock() {
  let now = new Date('2026-05-05T05:05:05Z').getTime();
  return {
    now: () => new Date(now),
    advance: (minutes: number) => {
      now += minutes * 60_000;
    },
  };
}

describe('the domains of Active Directory', () => {
  test('are read from the list of its partitions', async () => {
    const directory = new Played();
    const domains = new Domains(config, clock().now);
    expect(await domains.list(directory.searches, testCall())).toEqual([corp]);
    expect(directory.asked.map(({ base, scope }) => [base, scope])).toEqual([
      ['', 'base'],
      [`CN=Partitions,${configuration}`, 'one'],
    ]);
  });

  test('are asked for once an hour', async () => {
    const directory = new Played();
    const { now, advance } = clock();
    const domains = new Domains(config, now);
    await domains.list(directory.searches, testCall());
    advance(59);
    directory.partitions = { entries: [] };
    expect(await domains.list(directory.searches, testCall())).toEqual([corp]);
    advance(1);
    expect(await domains.list(directory.searches, testCall())).toEqual([]);
    expect(directory.asked).toHaveLength(4);
  });

  test('have the DNS name that their place tells where it is not said', async () => {
    const directory = new Played();
    const { dn } = partition;
    directory.partitions = { entries: [entry(dn, { nETBIOSName: 'CORP', nCName: corp.base })] };
    expect(await new Domains(config, clock().now).list(directory.searches, testCall())).toEqual([corp]);
  });

  test('are not asked for where they are configured, or in another directory', async () => {
    const directory = new Played();
    const { preset: _, ...rest } = config;
    const elsewhere = new Domains(rest, clock().now);
    expect(await elsewhere.list(directory.searches, testCall())).toEqual([]);
    const netbiosDomains = { CORP: corp.base };
    const configured = new Domains(
      { ...config, userSearch: { ...config.userSearch, netbiosDomains } },
      clock().now,
    );
    expect(await configured.list(directory.searches, testCall())).toEqual([corp]);
    expect(directory.asked).toEqual([]);
  });

  test.each<[string, (directory: Played) => void]>([
    ['the root entry hides where', (directory) => (directory.root = { entries: [entry('', { a: 'b' })] })],
    ['the root entry is hidden', (directory) => (directory.root = { entries: [] })],
    ['the list is empty', (directory) => (directory.partitions = { entries: [] })],
    [
      'the account may not read it',
      (directory) => (directory.partitions = { result: failure(resultCode.insufficientAccessRights) }),
    ],
    ['it is not there', (directory) => (directory.partitions = { result: failure(resultCode.noSuchObject) })],
  ])('are none where %s; the log and the trace say so once', async (_, spoil) => {
    const directory = new Played();
    const { now, advance } = clock();
    const domains = new Domains(config, now);
    spoil(directory);
    const calls = [testCall(), testCall(), testCall()];
    for (const call of calls) {
      expect(await domains.list(directory.searches, call)).toEqual([]);
      advance(5);
    }
    expect(calls.map((call) => call.logged.map(({ level }) => level))).toEqual([['warn'], [], []]);
    expect(calls.map((call) => call.steps.length)).toEqual([1, 0, 0]);

    Object.assign(directory, new Played());
    expect(await domains.list(directory.searches, testCall())).toEqual([corp]);
  });

  test('are not taken for none while the directory is busy', async () => {
    const directory = new Played();
    directory.partitions = { result: failure(resultCode.busy) };
    const domains = new Domains(config, clock().now);
    await expect(domains.list(directory.searches, testCall())).rejects.toMatchObject({ code: 'unavailable' });
    directory.partitions = { entries: [partition] };
    expect(await domains.list(directory.searches, testCall())).toEqual([corp]);
  });
});

function failure(code: number): SearchAnswer['result'] {
  return { code, message: '' } as SearchAnswer['result'];
}
