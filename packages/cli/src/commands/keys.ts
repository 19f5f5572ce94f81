/** `gatehouse keys …`: the keys that sign ID tokens. */
import { currentKeys, keysMaxAge, replaceSigningKeys, type SigningKey } from '@gatehouse/core';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { showRows } from '../table.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { addExamples } from './examples.ts';
import { withStore } from './with-store.ts';

interface ListOptions extends ConfigOption {
  readonly json?: boolean;
}

interface RotateOptions extends ConfigOption {
  readonly immediately?: boolean;
}

export function addKeysCommands(program: Command, context: CommandContext): void {
  const keys = program.command('keys').description('the keys that sign ID tokens');
  addExamples(
    withConfigOption(keys.command('list'))
      .description('show each key: its id, algorithm, state and times; never its private half')
      .option('--json', 'for scripts')
      .action((options: ListOptions) => list(options, context)),
    [
      ['for people', 'keys list'],
      ['which key signs RS256', `keys list --json | jq -r '.[] | select(.state == "signing").kid'`],
    ],
  );
  addExamples(
    withConfigOption(keys.command('rotate'))
      .description('publish a successor for each key; it signs once every verifier can know it')
      .option('--immediately', 'sign with it at once: after a leak. Verifiers may refuse tokens for a minute')
      .action((options: RotateOptions) => rotate(options, context)),
    [['the regular replacement', 'keys rotate']],
  );
}

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const keys = await withStore(options, context, (store) => store.signingKeys.list());
  show(keys, options.json ?? false, context);
}

async function rotate(options: RotateOptions, context: CommandContext): Promise<void> {
  const keys = await withStore(options, context, async (store, config) => {
    if ((await store.signingKeys.list()).length === 0) {
      throw new CommandFailure(
        'failed',
        'There are no signing keys yet: the server makes them at its first start.',
      );
    }
    return replaceSigningKeys(store.signingKeys, {
      now: context.now(),
      // Twice the time that a verifier may keep what it fetched, and once more for those that are slow to ask.
      publishFor: 3 * keysMaxAge,
      tokenLifetime: config.tokens.idToken,
      immediately: options.immediately ?? false,
    });
  });
  show(keys, false, context);
  context.terminal.error('Running servers take the new keys up by themselves.');
}

function show(keys: readonly SigningKey[], json: boolean, { terminal, now }: CommandContext): void {
  showRows(terminal, {
    rows: keys.map((key) => describe(key, keys, now())),
    json,
    columns: ['kid', 'algorithm', 'state', 'signsFrom', 'retiredAt', 'removeAt'],
    none: 'There are no signing keys yet: the server makes them at its first start.',
  });
}

function describe(key: SigningKey, all: readonly SigningKey[], now: Date) {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    state: stateOf(key, all, now),
    createdAt: key.createdAt.toISOString(),
    signsFrom: key.signsFrom.toISOString(),
    retiredAt: key.retiredAt?.toISOString() ?? null,
    removeAt: key.removeAt?.toISOString() ?? null,
  };
}

/** `published`: verifiers see it, nothing is signed with it yet. `retired`: only for tokens that are still good. */
function stateOf(key: SigningKey, all: readonly SigningKey[], now: Date): string {
  const { signing, published } = currentKeys(all, now);
  if (!published.includes(key)) return 'removed';
  if (signing[key.algorithm] === key) return 'signing';
  return key.retiredAt && key.retiredAt <= now ? 'retired' : 'published';
}
