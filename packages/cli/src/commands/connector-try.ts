/** `gatehouse connector try <id>`: a real sign-in with the configuration as it stands on disk, and what it finds. */
import type { Config, Loaded } from '@gatehouse/config';
import type { Identity, Json, LookedUp } from '@gatehouse/connector-kit';
import { BrokerError } from '@gatehouse/core';
import { type Command, InvalidArgumentError } from 'commander';
import { loadConfiguration } from '../configuration.ts';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { printable } from '../table.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { type AskedConnector, type Entry, type Step, withConnector } from './connector-check/ask-upstream.ts';
import { entryNamed } from './connector-check/entry-named.ts';
import { namesToLookUp } from './connector-check/explain-group.ts';
import { showAttributes } from './connector-check/show-person.ts';
import { attributesOf } from './connector-try/attributes.ts';
import { findingsOf } from './connector-try/findings.ts';
import { reportOf, type TryReport } from './connector-try/report.ts';
import { showTry } from './connector-try/show-try.ts';
import { type Stop, watchForStop } from './connector-try/stop.ts';
import { tryPassword } from './connector-try/try-password.ts';
import { addExamples } from './examples.ts';

interface TryOptions extends ConfigOption {
  readonly client?: string;
  readonly group?: string;
  readonly port?: number;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

export function addTryCommand(connectors: Command, context: CommandContext): void {
  const command = withConfigOption(connectors.command('try').argument('<id>', 'as under `connectors:`'))
    .description(
      'sign in once, in the browser or here, with the configuration as it stands in the file; nobody is signed in by it',
    )
    .option('--client <id>', 'the claims of this client alone (default: of each)')
    .option('--group <name>', 'as upstream or in a token: why you have it or not')
    .option('--port <port>', 'serve the callback here, also if a server seems to have it already', portNumber)
    .option('--verbose', 'also show what was found, in full')
    .option('--json', 'for scripts')
    .action((id: string, options: TryOptions) => attempt(id, options, context));
  addExamples(command, [
    ['what does the upstream say of me, and what would clients get', 'connector try okta'],
    ['before the running server has it', 'connector try okta --config changed.yaml'],
    [
      'why is a group not in the token of a cluster',
      'connector try okta --client kubernetes --group k8s-admins',
    ],
    ['a directory: name and password are asked for here', 'connector try corp'],
  ]);
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 1 to 65535.');
}

async function attempt(id: string, options: TryOptions, context: CommandContext): Promise<void> {
  const loaded = await loadConfiguration(options, context);
  const entry = entryNamed(id, loaded.config);
  const clients = clientsFor(options.client, loaded.config);
  const report = await withConnector({ entry, loaded, options, context }, (asked) =>
    signInOnce(asked, { entry, loaded, clients, options, context }).catch((error: unknown) => {
      if (error instanceof BrokerError && options.json !== true) showSaid(asked.steps, options, context);
      throw error;
    }),
  ).catch((error: unknown) => explainFailure(error, id));
  if (options.json) context.terminal.json(report);
  else showTry(report, entry, options.verbose === true, context.terminal);
  const [first, ...others] = report.faults;
  if (first !== undefined)
    throw new CommandFailure('check', printable(first), { advice: others.map(printable) });
}

function clientsFor(id: string | undefined, { clients }: Config): Config['clients'] {
  if (id === undefined) return clients;
  const client = clients.find((candidate) => candidate.id === id);
  if (client !== undefined) return [client];
  throw new CommandFailure('usage', `There is no client "${id}".`, {
    advice: [`The configuration has: ${clients.map((each) => each.id).join(', ') || 'none'}`],
  });
}

interface Attempt {
  readonly entry: Entry;
  readonly loaded: Loaded;
  readonly clients: Config['clients'];
  readonly options: TryOptions;
  readonly context: CommandContext;
}

async function signInOnce(asked: AskedConnector, attempt: Attempt): Promise<TryReport> {
  const { login } = asked.open.connector;
  if (login.kind === 'password') {
    const { username, identity } = await tryPassword(asked, login, attempt.context.terminal);
    return explain(asked, attempt, identity, username);
  }
  using stop = watchForStop();
  return await inBrowser(asked, attempt, stop);
}

/** Loaded when it is needed: a mistyped command answers at once. */
async function inBrowser(asked: AskedConnector, attempt: Attempt, stop: Stop): Promise<TryReport> {
  const { login } = asked.open.connector;
  if (login.kind !== 'redirect') throw new Error('not a connector with a redirect');
  const { loaded, options, context } = attempt;
  const { openDoor } = await import('./connector-try/door.ts');
  const { tryRedirect } = await import('./connector-try/try-redirect.ts');
  const { config } = loaded;
  const door = await openDoor({ config, connector: asked.open, context, port: options.port });
  try {
    const { terminal, now } = context;
    const { issuer } = config;
    return await tryRedirect(
      { asked, login, issuer, door, terminal, now, stop: stop.signal },
      async (identity) => {
        const value = await explain(asked, attempt, identity);
        return { value, findings: findingsOf(value) };
      },
    );
  } finally {
    await door.close();
  }
}

async function explain(
  asked: AskedConnector,
  { entry, clients, options, context }: Attempt,
  identity: Identity<Json>,
  username?: string,
): Promise<TryReport> {
  const { group } = options;
  const steps = [...asked.steps];
  const lookedUp = username === undefined ? undefined : await lookUp(asked, entry, username, group);
  return reportOf({ entry, clients, group, identity, steps, lookedUp, now: context.now() });
}

/** A directory that knows more of a person than it says at a sign-in: where each group comes from. */
async function lookUp(
  { open: { connector }, call }: AskedConnector,
  entry: Entry,
  username: string,
  group: string | undefined,
): Promise<LookedUp<Json> | undefined> {
  const groups = group === undefined ? {} : { groups: namesToLookUp(group, entry) };
  return await connector.lookUp?.({ username, ...groups }, call());
}

/** Also where nobody got in: a claim that is missing has often another name. */
function showSaid(
  steps: readonly Step[],
  { verbose = false }: TryOptions,
  { terminal }: CommandContext,
): void {
  const said = attributesOf(steps);
  if (said.length > 0) showAttributes('As the upstream has it', said, verbose, terminal);
}

/** The upstream's own words belong here, and nowhere else. */
function explainFailure(error: unknown, id: string): never {
  if (!(error instanceof BrokerError)) throw error;
  throw new CommandFailure('check', `The sign-in failed (${error.code}): ${printable(error.message)}`, {
    advice: [
      ...causesOf(error).map((cause) => `Because: ${printable(cause)}`),
      `Whether the configuration fits the upstream, step by step: gatehouse connector check ${id}`,
    ],
    cause: error,
  });
}

/** What fetch says of itself helps nobody, nor does Node's advice on how to start it. */
function causesOf(error: BrokerError): readonly string[] {
  const causes: string[] = [];
  for (let at = error.cause; at instanceof Error; at = at.cause) {
    const [message = ''] = at.message.split('; if the root CA is installed locally');
    const told = [error.message, 'fetch failed', ...causes].some((said) => said.includes(message));
    if (!told) causes.push(message);
  }
  return causes;
}
