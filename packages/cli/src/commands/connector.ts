/** `gatehouse connector check <id>`: proves a connector's configuration against the real upstream. */
import type { Check, LookUpRequest } from '@gatehouse/connector-kit';
import type { Command } from 'commander';
import { loadConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { askUpstream, type Upstream } from './connector-check/ask-upstream.ts';
import { checkGroupNames } from './connector-check/check-names.ts';
import { entryNamed } from './connector-check/entry-named.ts';
import { explainGroup, namesToLookUp } from './connector-check/explain-group.ts';
import { explainPerson, type Surroundings } from './connector-check/explain-person.ts';
import { faultsOf, type Report } from './connector-check/report.ts';
import { showReport } from './connector-check/show-report.ts';
import { addTryCommand } from './connector-try.ts';
import { addExamples } from './examples.ts';

interface CheckOptions extends ConfigOption {
  readonly user?: string;
  readonly group?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export function addConnectorCommands(program: Command, context: CommandContext): void {
  const connectors = program.command('connector').description('ways to sign in');
  const command = withConfigOption(connectors.command('check').argument('<id>', 'as under `connectors:`'))
    .description(
      'ask the upstream whether it works as configured, step by step; what a sign-in would find about somebody',
    )
    .option('--user <name>', 'as they type it: their entry, id and groups, and the claims of each client')
    .option(
      '--group <name>',
      'as in the directory or in a token: is it there; with --user, why they have it or not',
    )
    .option('--verbose', 'also show what was found, in full')
    .option('--json', 'for scripts')
    .action((id: string, options: CheckOptions) => check(id, options, context));
  addExamples(command, [
    ['does the directory answer, and may the service account search', 'connector check corp'],
    ['with another configuration', 'connector check corp --config gatehouse.yaml --verbose'],
    ['why does somebody not get in; no password is asked for', 'connector check corp --user jane'],
    ['why does she lack a group', 'connector check corp --user jane --group k8s-admins'],
    ['is there such a group, and what do the rules make of it', 'connector check corp --group k8s-admins'],
    [
      'what a client would get, for scripts',
      "connector check corp --user jane --json | jq '.person.clients'",
    ],
  ]);
  addTryCommand(connectors, context);
}

async function check(id: string, options: CheckOptions, context: CommandContext): Promise<void> {
  const loaded = await loadConfiguration(options, context);
  const entry = entryNamed(id, loaded.config);
  const { clients } = loaded.config;
  const found = await askUpstream(entry, loaded, options, context, (upstream) =>
    findOut(upstream, options, { entry, clients, now: context.now() }),
  );
  const faults = faultsOf(found);
  const report: Report = { ...found, ok: faults.length === 0 };
  if (options.json) context.terminal.json(report);
  else showReport(report, entry, options.verbose === true, context.terminal);
  const [first, ...others] = faults;
  if (first !== undefined) throw new CommandFailure('check', first, { advice: others });
}

async function findOut(
  upstream: Upstream,
  { user, group, verbose }: CheckOptions,
  around: Surroundings,
): Promise<Omit<Report, 'ok'>> {
  const { entry } = around;
  const head = { connector: entry.id, type: entry.type };
  const asks = user !== undefined || group !== undefined;
  if (asks && upstream.lookUp === undefined) throw cannotLookUp(upstream, entry, group);
  const checks = await upstream.check();
  const named = isWellSomewhere(checks) ? await checkGroupNames(entry, upstream) : [];
  const looked = asks ? await lookUp(upstream, user, group, around) : nothingAsked;
  const addresses = asks ? [] : await upstream.addresses();
  return {
    ...head,
    ...looked,
    ...(addresses.length > 0 && { addresses }),
    checks: [...checks, ...named, ...looked.checks],
    ...(verbose && { steps: upstream.steps }),
  };
}

/** Where people sign in at the upstream, it tells about each of them to nobody else; but they can ask. */
function cannotLookUp(
  { login }: Upstream,
  { id, type }: Surroundings['entry'],
  group: string | undefined,
): CommandFailure {
  const asked = group === undefined ? '' : ` --group ${asTypedInShell(group)}`;
  const byThemselves = [
    'There is no account of Gatehouse at the upstream that could ask about others: it says who somebody is, and in which groups, to whoever signs in.',
    `Sign in yourself, or have them do it; it leaves no session behind: gatehouse connector try ${id}${asked}`,
  ];
  return new CommandFailure('failed', `Connectors of type "${type}" cannot look people or groups up.`, {
    advice: [
      ...(login === 'redirect' ? byThemselves : []),
      'Without `--user` and `--group`, the check works.',
    ],
  });
}

/** Team names have blanks. */
function asTypedInShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** One server that is as it should be is enough to ask it. */
function isWellSomewhere(checks: readonly Check[]): boolean {
  const servers = [...Map.groupBy(checks, ({ server }) => server).values()];
  return servers.some((lines) => lines.every(({ ok }) => ok));
}

type LookedUpReport = Pick<Report, 'checks' | 'person' | 'group'>;
const nothingAsked: LookedUpReport = { checks: [] };

/** Also where a check has failed: it may be another server, or another part of the tree. */
async function lookUp(
  upstream: Upstream,
  user: string | undefined,
  group: string | undefined,
  around: Surroundings,
): Promise<LookedUpReport> {
  const who: LookUpRequest = {
    ...(user !== undefined && { username: user }),
    ...(group !== undefined && { groups: namesToLookUp(group, around.entry) }),
  };
  const found = (await upstream.lookUp?.(who)) ?? { checks: [] };
  const person = user === undefined ? undefined : explainPerson(user, found, around);
  return {
    // Those about a person stand with the person.
    checks: person === undefined ? found.checks : [],
    ...(person !== undefined && { person }),
    ...(group !== undefined && { group: explainGroup(group, found.groups, person, around.entry) }),
  };
}
