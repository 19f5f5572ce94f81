/** `gatehouse connector check`: proves the configuration against the real directory, line by line. */
import type { Call, Check } from '@gatehouse/connector-kit';
import { bindService } from '../bind.ts';
import type { LdapConfig } from '../config.ts';
import type { Directory } from '../directory.ts';
import type { LdapConnection } from '../wire/connection.ts';
import { attempt } from './attempt.ts';
import { checkGroups } from './groups.ts';
import { checkConnection, checkName } from './network.ts';
import { checkPeople } from './people.ts';
import { checkRootEntry } from './root-entry.ts';

/** Ends at the first line without which the next ones would only say the same again. */
export async function check(directory: Directory, call: Call): Promise<readonly Check[]> {
  const { config } = directory;
  const signal = directory.deadline(call.signal);
  const name = await checkName(config);
  if (!name.ok) return [name];
  const way = [name, ...(await checkConnection(config, signal, directory.now()))];
  if (way.some((line) => !line.ok)) return way;

  const inside: Check[] = [];
  const use = async (connection: LdapConnection) => {
    inside.push(await checkBind(connection, config));
    if (inside.every((line) => line.ok)) inside.push(...(await checkContents(connection, directory, signal)));
  };
  const session = await attempt(
    'session',
    async () => {
      await directory.unbound(signal, use);
      return { detail: 'the connection lasted' };
    },
    () => 'Run the check again; if it fails again, look at the log of the directory.',
  );
  return session.ok ? [...way, ...inside] : [...way, ...inside, session];
}

function checkBind(connection: LdapConnection, config: LdapConfig): Promise<Check> {
  return attempt(
    'bind',
    async () => {
      await bindService(connection, config);
      return { detail: config.bindDn ?? 'anonymous' };
    },
    adviseBind,
  );
}

function adviseBind(failure: string): string {
  if (/closed the connection/.test(failure)) {
    return 'The directory hung up: the port may want TLS from the first byte (636), or `startTls: true` (389).';
  }
  return 'Check `bindDn` and `bindPassword`, and that the account is not locked or expired.';
}

async function checkContents(
  connection: LdapConnection,
  directory: Directory,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { config } = directory;
  return [
    await checkRootEntry(connection),
    await checkPeople(connection, config),
    await checkGroups(connection, config),
    await attempt(
      'refuses strangers',
      async () => {
        await directory.provesItRefusesStrangers(signal);
        return { detail: 'a name that does not exist is refused' };
      },
      () => 'This directory lets in anybody: do not use it.',
    ),
  ];
}
