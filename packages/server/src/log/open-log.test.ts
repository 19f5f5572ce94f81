import { readFile } from 'node:fs/promises';
import { ConnectorError } from '@gatehouse/connector-kit';
import { BrokerError, withFields } from '@gatehouse/core';
import { describe, expect, it } from 'vitest';
import { openLog } from './open-log.ts';

function lines(format: 'json' | 'pretty', level: 'debug' | 'info' = 'info') {
  const written: string[] = [];
  const log = openLog({ format, level }, { write: (line: string) => void written.push(line) });
  return { log, written };
}

describe('the log', () => {
  it('writes one JSON object a line, with the chain of causes of an error', () => {
    const { log, written } = lines('json');
    const error = new BrokerError('upstream_unavailable', {
      reason: 'no answer',
      cause: new Error('ECONNREFUSED'),
    });
    withFields(log, { requestId: 'r1' }).error({ error }, 'sign-in refused');
    const line = JSON.parse(written[0] ?? '');
    expect(line).toMatchObject({ level: 'error', requestId: 'r1', msg: 'sign-in refused' });
    expect(line.error.map(({ message }: { message: string }) => message)).toEqual([
      'no answer',
      'ECONNREFUSED',
    ]);
    expect(written[0]?.trimEnd()).not.toContain('\n');
  });

  it('leaves secrets out that somebody passes by mistake', () => {
    const { log, written } = lines('json');
    log.info(
      { password: 'hunter2', nested: { token: 'hunter2', cookie: 'hunter2' }, code: 'not_allowed' },
      'oops',
    );
    expect(written.join()).not.toContain('hunter2');
    expect(written.join()).toContain('not_allowed');
  });

  it('leaves out what is below its level', () => {
    const { log, written } = lines('json');
    log.debug({}, 'quiet');
    expect(written).toEqual([]);
  });

  it('writes lines for people, without colours where there is no terminal', () => {
    const { log, written } = lines('pretty');
    log.warn({ connector: 'corp', seconds: 3 }, 'slow answer');
    expect(written.join()).toMatch(/^\d\d:\d\d:\d\d warn {2}slow answer connector=corp seconds=3\n$/);
  });

  it('tells people once what a connector said, and the refusal of the system in a line', async () => {
    const { log, written } = lines('pretty');
    const refused = await readFile('/nowhere/at/all').catch((error: unknown) => error);
    const upstream = new ConnectorError('unavailable', { reason: 'no answer', cause: refused });
    log.error(
      { error: new BrokerError('upstream_unavailable', { reason: 'no answer', cause: upstream }) },
      'x',
    );
    expect(written.join().trimEnd().split('\n').slice(1)).toEqual([
      '    BrokerError: no answer',
      expect.stringMatching(/^ {4}caused by Error: ENOENT: .*'\/nowhere\/at\/all'$/),
    ]);
  });

  it('Attack: a name with line breaks and terminal commands forges a line. It cannot.', () => {
    const { log, written } = lines('pretty');
    const error = new Error('bad\n12:00:00 info  signed in\u001b[2J');
    log.info({ name: 'x\n12:00:00 info  signed in \u001b[2J', error }, 'told');
    expect(written.join()).not.toContain('\u001b');
    expect(
      written
        .join()
        .split('\n')
        .filter((line) => line.startsWith('12:00:00')),
    ).toEqual([]);
  });

  it('ends with an error that is its own cause', () => {
    const { log, written } = lines('json');
    const error = new Error('again');
    error.cause = error;
    log.error({ error }, 'round and round');
    expect(JSON.parse(written[0] ?? '').error).toHaveLength(8);
  });
});
