/** `gatehouse connector check <id>`: proves a connector's configuration against the real upstream. */
import type { Config, Loaded } from '@gatehouse/config';
import type { Check, Connector, Json, Trace } from '@gatehouse/connector-kit';
import type { LocalDirectory } from '@gatehouse/connector-local';
import type { Command } from 'commander';
import { accountsOf } from '../accounts.ts';
import { loadConfiguration, noAccounts } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { printable } from '../table.ts';
import { commandLog } from './command-log.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { addExamples } from './examples.ts';
import { withStore } from './with-store.ts';

interface CheckOptions extends ConfigOption {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Milliseconds for all checks of a connector; each has its own, shorter time-outs. */
const patience = 60_000;

export function addConnectorCommands(program: Command, context: CommandContext): void {
  const connectors = program.command('connector').description('ways to sign in');
  const command = withConfigOption(connectors.command('check').argument('<id>', 'as under `connectors:`'))
    .description('ask the upstream whether it works as configured, step by step')
    .option('--verbose', 'also show what was found, in full')
    .option('--json', 'for scripts')
    .action((id: string, options: CheckOptions) => check(id, options, context));
  addExamples(command, [
    ['does the directory answer, and may the service account search', 'connector check corp'],
    ['with another configuration', 'connector check corp --config gatehouse.yaml --verbose'],
  ]);
}

async function check(id: string, options: CheckOptions, context: CommandContext): Promise<void> {
  const loaded = await loadConfiguration(options, context);
  const entry = entryNamed(id, loaded.config);
  const { checks, steps } = await accountsFor(entry.type, options, context, (accounts) =>
    openOne(id, loaded, accounts, context).then(runChecks),
  );
  if (options.json) context.terminal.json({ connector: id, checks, ...(options.verbose && { steps }) });
  else show(entry, { checks, steps }, options.verbose === true, context);
  const failed = checks.filter(({ ok }) => !ok).length;
  if (failed > 0) throw new CommandFailure('check', `${failed} of ${checks.length} checks failed.`);
}

function entryNamed(id: string, { connectors }: Config): Config['connectors'][number] {
  const entry = connectors.find((candidate) => candidate.id === id);
  if (entry) return entry;
  throw new CommandFailure('usage', `There is no connector "${id}".`, {
    advice: [`The configuration has: ${connectors.map((each) => each.id).join(', ') || 'none'}`],
  });
}

/** Only `local` needs the database; a directory can be checked before there is one. */
function accountsFor<T>(
  type: string,
  options: ConfigOption,
  context: CommandContext,
  work: (accounts: LocalDirectory | null) => Promise<T>,
): Promise<T> {
  if (type !== 'local') return work(null);
  return withStore(options, context, (store, config) => work(accountsOf(config.users, store.users)));
}

async function openOne(
  id: string,
  { config, definitions }: Loaded,
  accounts: LocalDirectory | null,
  { terminal, now }: CommandContext,
): Promise<Connector<Json>> {
  const { openConnectors } = await import('../connectors.ts');
  const seen = new Set<string>();
  const opened = openConnectors({ ...config, connectors: [entryNamed(id, config)] }, definitions, {
    log: commandLog(terminal),
    now,
    store: {
      replayGuards: { once: async (key) => !seen.has(key) && seen.add(key).has(key) },
      identityChecks: { record: async () => {} },
    },
    accounts: accounts ?? noAccounts,
  }).get(id);
  if (!opened) throw new Error(`connector ${id} was not opened`);
  return opened.connector;
}

interface Step {
  readonly name: string;
  readonly facts: Readonly<Record<string, Json>>;
}

interface Findings {
  readonly checks: readonly Check[];
  readonly steps: readonly Step[];
}

async function runChecks(connector: Connector<Json>): Promise<Findings> {
  const steps: Step[] = [];
  const trace: Trace = { step: (name, facts = {}) => void steps.push({ name, facts }) };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  try {
    return { checks: await connector.check({ signal: AbortSignal.timeout(patience), log, trace }), steps };
  } finally {
    await connector.close?.();
  }
}

function show(
  entry: Config['connectors'][number],
  { checks, steps }: Findings,
  verbose: boolean,
  { terminal }: CommandContext,
): void {
  terminal.print(`${terminal.paint('bold', entry.id)} (${entry.type}): ${entry.name}`);
  for (const { name, facts } of verbose ? steps : [])
    terminal.print(terminal.paint('dim', `  · ${name} ${printable(JSON.stringify(facts))}`));
  for (const { name, ok, detail, advice, facts } of checks) {
    terminal.print(
      `  ${markOf(ok, advice, terminal)} ${name}${detail ? terminal.paint('dim', `  ${printable(detail)}`) : ''}`,
    );
    if (advice) terminal.print(`      ${printable(advice)}`);
    if (verbose && facts) terminal.print(terminal.paint('dim', `      ${printable(JSON.stringify(facts))}`));
  }
}

/** What works and still wants a look has a mark of its own. */
function markOf(ok: boolean, advice: string | undefined, terminal: CommandContext['terminal']): string {
  if (!ok) return terminal.paint('red', '✗');
  return advice ? terminal.paint('yellow', '!') : terminal.paint('green', '✓');
}
