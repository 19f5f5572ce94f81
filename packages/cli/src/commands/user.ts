/** `gatehouse user …`: the accounts of the built-in `local` connector that live in the database. */
import { randomUUID } from 'node:crypto';
import type { Config } from '@gatehouse/config';
import { normalizeEmail } from '@gatehouse/connector-local';
import type { LocalUser } from '@gatehouse/core';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { CommandFailure } from '../failure.ts';
import { readNewPassword } from '../password.ts';
import { showRows } from '../table.ts';
import { type ConfigOption, withConfigOption } from './config-option.ts';
import { addExamples } from './examples.ts';
import { hashOfNewPassword } from './hash-password.ts';
import { withStore } from './with-store.ts';

interface AddOptions extends ConfigOption {
  readonly name?: string;
  readonly group?: readonly string[];
}

interface ListOptions extends ConfigOption {
  readonly json?: boolean;
}

export function addUserCommands(program: Command, context: CommandContext): void {
  const users = program
    .command('user')
    .description('accounts of the built-in "local" connector; also while the server runs');
  addAdd(users, context);
  addRemove(users, context);
  addPassword(users, context);
  addList(users, context);
}

function addAdd(users: Command, context: CommandContext): void {
  const command = withConfigOption(users.command('add').argument('<email>', 'what the person will type'))
    .description('make an account; asks for the password, or reads it from standard input')
    .option('--name <name>', 'the full name, for the `name` claim')
    .option('-g, --group <group>', 'a group; may be given several times', collect)
    .action((email: string, options: AddOptions) => add(email, options, context));
  addExamples(command, [
    ['asks for a password', 'user add anna@example.com --name "Anna Lee" -g admins -g staff'],
    ['in a script', 'user add anna@example.com < password.txt'],
  ]);
}

function addRemove(users: Command, context: CommandContext): void {
  const command = withConfigOption(users.command('remove').argument('<email>'))
    .description('remove an account; its refresh tokens end at the next check with the connector')
    .action((email: string, options: ConfigOption) => remove(email, options, context));
  addExamples(command, [['somebody has left', 'user remove anna@example.com']]);
}

function addPassword(users: Command, context: CommandContext): void {
  const command = withConfigOption(users.command('password').argument('<email>'))
    .description('set a new password; asks for it, or reads it from standard input')
    .action((email: string, options: ConfigOption) => setPassword(email, options, context));
  addExamples(command, [['the password of the first start got lost', 'user password admin@example.com']]);
}

function addList(users: Command, context: CommandContext): void {
  const command = withConfigOption(users.command('list'))
    .description('show all accounts, those of the configuration too; never a hash')
    .option('--json', 'for scripts')
    .action((options: ListOptions) => list(options, context));
  addExamples(command, [
    ['for people', 'user list'],
    ['for scripts', "user list --json | jq -r '.[].email'"],
  ]);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function add(typed: string, options: AddOptions, context: CommandContext): Promise<void> {
  const email = address(typed);
  // Before the database is opened: a person thinks for a while, and a transaction should not.
  const passwordHash = await hashOfNewPassword(await readNewPassword(context.terminal));
  const { name, group: groups = [] } = options;
  const user: LocalUser = {
    id: randomUUID(),
    email,
    passwordHash,
    ...(name && { name }),
    groups: [...new Set(groups)],
  };
  await withStore(options, context, async (store, config) => {
    refuseConfigured(email, config);
    if (!(await store.users.add(user))) {
      throw new CommandFailure('failed', `There is an account ${email} already.`, {
        advice: [`To change its password: gatehouse user password ${email}`],
      });
    }
    warnWithoutConnector(config, context);
  });
  context.terminal.print(`Made the account ${email}.`);
}

async function remove(typed: string, options: ConfigOption, context: CommandContext): Promise<void> {
  const email = address(typed);
  await withStore(options, context, async (store, config) => {
    if (await store.users.remove(email)) return;
    refuseConfigured(email, config);
    throw nobody(email);
  });
  context.terminal.print(`Removed the account ${email}.`);
}

async function setPassword(typed: string, options: ConfigOption, context: CommandContext): Promise<void> {
  const email = address(typed);
  const hash = await hashOfNewPassword(await readNewPassword(context.terminal));
  await withStore(options, context, async (store, config) => {
    refuseConfigured(email, config);
    if (!(await store.users.setPasswordHash(email, hash))) throw nobody(email);
  });
  context.terminal.print(`Set a new password for ${email}.`);
}

async function list(options: ListOptions, context: CommandContext): Promise<void> {
  const rows = await withStore(options, context, async (store, config) => [
    ...(await store.users.list()).map((user) => shown(user, 'database')),
    ...config.users.map((user) => shown(user, 'configuration')),
  ]);
  showRows(context.terminal, {
    rows,
    json: options.json ?? false,
    columns: ['email', 'name', 'groups', 'from'],
    none: 'There are no accounts; make one with: gatehouse user add <email>',
  });
}

function shown({ id, email, name, groups }: Omit<LocalUser, 'passwordHash'>, from: string) {
  return { id, email, name: name ?? null, groups, from };
}

function address(typed: string): string {
  const email = normalizeEmail(typed);
  if (/^[^\s@]+@[^\s@]+$/u.test(email)) return email;
  throw new CommandFailure('usage', `"${typed}" is not an e-mail address.`);
}

/** Somebody in both places is refused by the configuration's checks at the next start; say it now. */
function refuseConfigured(email: string, config: Config): void {
  if (!config.users.some((user) => normalizeEmail(user.email) === email)) return;
  throw new CommandFailure('failed', `${email} is an account of the configuration file; change it there.`);
}

function nobody(email: string): CommandFailure {
  return new CommandFailure('failed', `There is no account ${email} in the database.`, {
    advice: ['To see which there are: gatehouse user list'],
  });
}

function warnWithoutConnector(config: Config, { terminal }: CommandContext): void {
  if (config.connectors.some((entry) => entry.type === 'local')) return;
  terminal.error(
    'Note: the configuration has no connector of type "local", so nobody can sign in with this account.',
  );
}
