import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Acceptor, type Verdict } from './acceptor.ts';

const children: ChildProcess[] = [];
vi.mock('node:child_process', async (original) => {
  const real = await original<typeof import('node:child_process')>();
  const fork = (...words: Parameters<typeof real.fork>) => {
    const child = real.fork(...words);
    children.push(child);
    return child;
  };
  return { ...real, fork };
});

const program = join(import.meta.dirname, '../testing/played-acceptor.ts');
const opened: Acceptor[] = [];

function open(longestCheck = 60_000): Acceptor {
  const acceptor = new Acceptor({
    service: 'HTTP/localhost',
    keytab: '/etc/x.keytab',
    program,
    longestCheck,
  });
  opened.push(acceptor);
  return acceptor;
}

afterEach(() => {
  for (const acceptor of opened.splice(0)) acceptor.close();
  children.splice(0);
});

const show = (acceptor: Acceptor, ticket: string): Promise<Verdict> => acceptor.accept(Buffer.from(ticket));

async function environment(): Promise<NodeJS.ProcessEnv> {
  const verdict = await show(open(), 'environment');
  return 'principal' in verdict ? JSON.parse(verdict.principal) : {};
}

describe('the process that checks tickets', () => {
  test('answers each question with its own answer, also when many are asked at once', async () => {
    const acceptor = open();
    const names = Array.from({ length: 50 }, (_, n) => `person${n}`);
    const verdicts = await Promise.all(names.map((name) => show(acceptor, name)));
    expect(verdicts).toEqual(names.map((name) => ({ principal: `${name} at HTTP@localhost` })));
  });

  test('gets nothing of our environment, in which passwords may be', async () => {
    // Node's own way to speak with its children.
    const names = Object.keys(await environment()).filter((name) => !name.startsWith('NODE_CHANNEL'));
    expect(names.sort()).toEqual(['GSS_MECH_CONFIG', 'KRB5_CONFIG', 'KRB5_KTNAME']);
  });

  // Attack, or a fault: DNS answers late or with another name. Each ticket would wait for it, or count for another host.
  test('is told to ask no DNS, before it reads what this computer is set to', async () => {
    const [first = '', ...rest] = ((await environment()).KRB5_CONFIG ?? '').split(':');
    expect(rest).toEqual(['/etc/krb5.conf']);
    const settings = await readFile(first, 'utf8');
    for (const name of ['dns_canonicalize_hostname', 'rdns', 'ignore_acceptor_hostname']) {
      expect(settings).toMatch(new RegExp(`^ ${name} = false$`, 'm'));
    }
  });

  test('Attack: a ticket that ends it. Those that wait hear of it, and the next one is checked.', async () => {
    const acceptor = open();
    const lost = Promise.allSettled([show(acceptor, 'hang'), show(acceptor, 'crash')]);
    for (const outcome of await lost) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    }
    expect(await show(acceptor, 'jane')).toEqual({ principal: 'jane at HTTP@localhost' });
  });

  test('Attack: the same, and others come while it ends. The next process has those, and they are answered.', async () => {
    const acceptor = open();
    expect(await show(acceptor, 'john')).toEqual({ principal: 'john at HTTP@localhost' });
    const [child] = children;
    const gone = child && once(child, 'disconnect');
    const lost = expect(show(acceptor, 'leave')).rejects.toMatchObject({ code: 'unavailable' });
    await gone;
    expect(await show(acceptor, 'jane')).toEqual({ principal: 'jane at HTTP@localhost' });
    await lost;
  });

  test('Attack: a ticket on which it hangs. It is ended, and nobody waits for ever.', async () => {
    await expect(show(open(1), 'hang')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('SIGKILL'),
    });
  });

  test('Attack: a flood of them. What is too much is refused at once.', async () => {
    const acceptor = open();
    const flood = Array.from({ length: 65 }, () => show(acceptor, 'hang'));
    await expect(flood.pop()).rejects.toMatchObject({ code: 'unavailable', message: /too many/ });
    const rest = Promise.allSettled(flood);
    acceptor.close();
    expect((await rest).every(({ status }) => status === 'rejected')).toBe(true);
  });

  test('says what to install where the library is missing', async () => {
    const error = await show(open(), 'missing').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'misconfigured',
      message: expect.stringMatching(/libkrb5-dev.*npm run kerberos/),
    });
    expect(String(error)).not.toContain('\n');
  });
});
