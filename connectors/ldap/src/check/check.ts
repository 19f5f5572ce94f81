/** `gatehouse connector check`: proves the configuration against the real directory, line by line. */
import type { Call, Check } from '@gatehouse/connector-kit';
import { addressesOf } from '../connect.ts';
import type { Directory } from '../directory.ts';
import type { Session } from '../session.ts';
import { attempt } from './attempt.ts';
import { checkGroups } from './groups.ts';
import { checkConnection, checkName } from './network.ts';
import { checkPeople } from './people.ts';
import { checkRootEntry } from './root-entry.ts';

/** Ends at the first line without which the next ones would only say the same again. */
export async function check(directory: Directory, call: Call): Promise<readonly Check[]> {
  const { config } = directory;
  const signal = directory.deadline(call.signal);
  const [address] = addressesOf(config);
  if (address === undefined) return [];
  const name = await checkName(address);
  if (!name.ok) return [name];
  const way = [name, ...(await checkConnection(config, address, signal, directory.now()))];
  if (way.some((line) => !line.ok)) return way;

  const inside: Check[] = [];
  const bind = await attempt(
    'bind',
    async () => {
      await directory.use(signal, async (session) => {
        inside.push(...(await checkContents(session, directory)));
      });
      return { detail: config.bindDn ?? 'anonymous' };
    },
    adviseBind,
  );
  return [...way, bind, ...inside];
}

function adviseBind(failure: string): string {
  if (/closed the connection/.test(failure)) {
    return 'The directory hung up: the port may want TLS from the first byte (636), or `startTls: true` (389).';
  }
  return 'Check `bindDn` and `bindPassword`, and that the account is not locked or expired.';
}

async function checkContents(session: Session, directory: Directory): Promise<readonly Check[]> {
  const { config } = directory;
  return [
    await checkRootEntry(session),
    await checkPeople(session, config),
    await checkGroups(session, config),
    await attempt(
      'refuses strangers',
      async () => {
        await directory.provesItRefusesStrangers(session);
        return { detail: 'a name that does not exist is refused' };
      },
      () => 'This directory lets in anybody: do not use it.',
    ),
  ];
}
