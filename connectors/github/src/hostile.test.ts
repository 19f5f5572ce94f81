import { createServer } from 'node:http';
import { ConnectorError } from '@gatehouse/connector-kit';
import { testCall, testHost } from '@gatehouse/connector-kit/testing';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { wayOut } from '../../../packages/server/src/testing/way-out.ts';
import { openGithubConnector } from '../../../tests/support/github-connector.ts';
import { type GithubCase, refreshCases, signInCases } from '../../../tests/support/hostile/github/cases.ts';
import { startFakeGithub } from '../../../tests/support/hostile/github/fake-github.ts';
import { type Listening, listen } from '../../../tests/support/hostile/listen.ts';
import { note } from '../../../tests/support/hostile/note.ts';

let trap: Listening;
const caught: (string | undefined)[] = [];
beforeAll(async () => {
  trap = await listen(
    createServer((request, response) => {
      caught.push(request.headers.authorization);
      response.end('[]');
    }),
  );
});
afterAll(() => trap.stop());

/** The broker's own way out, with no patience for what never ends. */
const impatient = { headers: 300, silence: 300, whole: 600 };

async function stageFor({ kind = 'oauth', config, slow }: GithubCase) {
  const fake = await startFakeGithub({ app: { kind } });
  const octocat = fake.world.account('octocat');
  const acme = fake.world.org('acme', [octocat]);
  const teams = Array.from({ length: 130 }, (_, n) => fake.world.team(acme, `Team ${n}`, [octocat]));
  const out = wayOut({ urls: [fake.origin] }, slow ? { timeouts: impatient } : {});
  const host = testHost({ now: new Date(), fetch: out.fetch });
  const connector = await openGithubConnector(fake, { orgs: [{ name: 'acme' }], ...config }, host);
  const stop = async () => {
    await out[Symbol.asyncDispose]();
    await fake.stop();
  };
  return { stage: { fake, octocat, acme, teams, trap: trap.url }, connector, host, stop };
}

type Staged = Awaited<ReturnType<typeof stageFor>>;

/** How it ended, for the table as well. */
async function noted(
  context: TestContext,
  { attack, ends: [expected] }: GithubCase,
  attempt: Promise<unknown>,
): Promise<unknown> {
  const row = { peer: 'GitHub', attack, expected } as const;
  note(context, row);
  const outcome = await attempt.catch((error: unknown) => error);
  note(context, { ...row, seen: outcome instanceof Error ? outcome.message : JSON.stringify(outcome) });
  return outcome;
}

function judge(
  { ends: [code, reason], retryAfter }: GithubCase,
  outcome: unknown,
  { stage, host }: Staged,
): void {
  expect(caught).toEqual([]);
  if (code === 'gone' || code === 'current') {
    expect(outcome).toMatchObject({ status: code });
    expect(JSON.stringify(outcome)).toMatch(reason);
    return;
  }
  if (!ConnectorError.is(outcome)) throw new Error(`it was not refused: ${String(outcome)}`);
  expect([outcome.code, outcome.message]).toEqual([code, expect.stringMatching(reason)]);
  if (retryAfter !== undefined) {
    expect(outcome.retryAfter).toBeGreaterThanOrEqual(retryAfter);
    expect(outcome.retryAfter).toBeLessThan(retryAfter + 60);
  }
  if (outcome.personLink !== undefined) expect(outcome.personLink).toContain(stage.fake.origin);
  const written = JSON.stringify([outcome.message, String(outcome.cause), host.logged]);
  for (const secret of stage.fake.oauth.secrets) expect(written).not.toContain(secret);
}

describe('a sign-in at a GitHub with this fault is refused', () => {
  test.for(signInCases)('$attack: $ends.0', async (row, context) => {
    const staged = await stageFor(row);
    try {
      row.arrange(staged.stage);
      judge(row, await noted(context, row, staged.connector.signIn('octocat')), staged);
    } finally {
      await staged.stop();
    }
  });
});

describe('a refresh after this', () => {
  test.for(refreshCases)('$attack: $ends.0', async (row, context) => {
    const staged = await stageFor(row);
    try {
      const identity = await staged.connector.signIn('octocat');
      row.arrange(staged.stage);
      judge(row, await noted(context, row, staged.connector.refresh(identity, testCall())), staged);
    } finally {
      await staged.stop();
    }
  });
});
