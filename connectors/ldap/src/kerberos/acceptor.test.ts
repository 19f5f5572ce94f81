import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { Acceptor, type Verdict } from './acceptor.ts';

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
});

const show = (acceptor: Acceptor, ticket: string): Promise<Verdict> => acceptor.accept(Buffer.from(ticket));

describe('the process that checks tickets', () => {
  test('answers each question with its own answer, also when many are asked at once', async () => {
    const acceptor = open();
    const names = Array.from({ length: 50 }, (_, n) => `person${n}`);
    const verdicts = await Promise.all(names.map((name) => show(acceptor, name)));
    expect(verdicts).toEqual(names.map((name) => ({ principal: `${name} at HTTP@localhost` })));
  });

  test('gets nothing of our environment, in which passwords may be', async () => {
    const verdict = await show(open(), 'environment');
    const own = ['GSS_MECH_CONFIG', 'KRB5_KTNAME'];
    const names = 'principal' in verdict ? verdict.principal.split(',') : [];
    // Node's own way to speak with its children.
    expect(names.filter((name) => !name.startsWith('NODE_CHANNEL'))).toEqual(own);
  });

  test('Attack: a ticket that ends it. Those that wait hear of it, and the next one is checked.', async () => {
    const acceptor = open();
    const lost = Promise.allSettled([show(acceptor, 'hang'), show(acceptor, 'crash')]);
    for (const outcome of await lost) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    }
    expect(await show(acceptor, 'jane')).toEqual({ principal: 'jane at HTTP@localhost' });
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
