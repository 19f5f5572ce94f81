/** `gatehouse connector check`: proves the configuration against each server of the real directory, line by line. */
import type { Call, Check } from '@gatehouse/connector-kit';
import { acceptsAnybody } from '../bind.ts';
import type { LdapConfig } from '../config.ts';
import type { Directory } from '../directory.ts';
import { parseHost } from '../host.ts';
import type { Session } from '../session.ts';
import { attempt, stopwatch } from './attempt.ts';
import { checkClock } from './clock.ts';
import { checkDomains } from './domains.ts';
import { checkGroups } from './groups.ts';
import { checkConnection, checkName } from './network.ts';
import { checkPeople } from './people.ts';
import { checkRights } from './rights.ts';
import { checkRootEntry, readRootEntry } from './root-entry.ts';

/**
 * The ways to all servers are tried at once: one that does not answer must not use up the time of the others. Inside it
 * is one after the other: a wrong password of the service account is shown once, and five servers would lock it.
 */
export async function check(directory: Directory, call: Call): Promise<readonly Check[]> {
  const { line, servers } = await findServers(directory, directory.deadline(call.signal));
  const ways = await Promise.all(
    servers.map((server) => checkWay(directory, server, directory.deadline(call.signal))),
  );
  const lines: Check[] = [...line];
  for (const [index, server] of servers.entries()) {
    const way = ways[index] ?? [];
    const open = way.every(({ ok }) => ok);
    const inside = open ? await checkInside(directory, server, directory.deadline(call.signal)) : [];
    lines.push(...[...way, ...inside].map((each) => ({ ...each, server })));
  }
  return lines;
}

/** Those that are listed need no line of their own; DNS may name none, or others than one thinks. */
async function findServers(
  directory: Directory,
  signal: AbortSignal,
): Promise<{ readonly line: readonly Check[]; readonly servers: readonly string[] }> {
  let servers: readonly string[] = [];
  const line = await attempt(
    'servers',
    async () => {
      servers = await directory.servers(signal);
      return { detail: `DNS names ${servers.join(', ')}` };
    },
    () => 'Correct `srv`, or the DNS of this machine, or name the servers under `host`.',
  );
  return { line: directory.config.srv === undefined && line.ok ? [] : [line], servers };
}

/** Ends at the first line without which the next ones would only say the same again. */
async function checkWay(
  directory: Directory,
  server: string,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { config } = directory;
  const address = parseHost(server, 636);
  const name = await checkName(address, config);
  if (!name.ok) return [name];
  return [name, ...(await checkConnection(config, address, signal, directory.now()))];
}

async function checkInside(
  directory: Directory,
  server: string,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const { config } = directory;
  let inside: readonly Check[] = [];
  const took = stopwatch();
  const bind = await attempt(
    'bind',
    () =>
      directory.use(
        signal,
        async (session) => {
          const bound = { detail: account(config), took: took() };
          inside = await checkContents(session, directory);
          return bound;
        },
        (each) => each === server,
      ),
    adviseBind,
  );
  return [bind, ...inside];
}

function account({ bindDn, saslExternal }: LdapConfig): string {
  return bindDn ?? (saslExternal ? 'whom `clientCert` names' : 'anonymous');
}

function adviseBind(failure: string): string {
  if (/closed the connection/.test(failure)) {
    return 'The directory hung up: the port may want TLS from the first byte (636), or `startTls: true` (389).';
  }
  if (/did not answer|no answer|ended/.test(failure))
    return 'The directory takes connections and does not answer in time.';
  if (/strongerAuthRequired|confidentialityRequired/.test(failure)) {
    return 'The directory takes passwords over TLS only: take `insecureNoTls` out.';
  }
  const code = /AcceptSecurityContext error, data ([\da-f]+)/.exec(failure)?.[1];
  return (
    adviceForCode[code ?? ''] ??
    'Check `bindDn` and `bindPassword`, and that the account is not locked or expired.'
  );
}

/** What Active Directory says of the account, in the words of its own tools. */
const adviceForCode: Readonly<Record<string, string>> = {
  '525': 'Data 525: there is no such account. Correct `bindDn` (`Get-ADUser <account>` shows it).',
  '52e': 'Data 52e: correct `bindPassword`, or `bindDn` (`Get-ADUser <account>` shows it).',
  '530': 'Data 530: the account may not sign in at this hour. Take its logon hours away.',
  '531': 'Data 531: the account may not sign in from here. Take its "Log On To" list away.',
  '532': 'Data 532: its password has expired. Set a new one, with "Password never expires".',
  '533': 'Data 533: the account is disabled. Enable it.',
  '701': 'Data 701: the account has expired. Set "Account expires" to "Never".',
  '773': 'Data 773: it must change its password at next logon. Set one without that, here and there.',
  '775': 'Data 775: the account is locked out. Unlock it, and look who else uses an old password of it.',
};

async function checkContents(session: Session, directory: Directory): Promise<readonly Check[]> {
  const { config } = directory;
  const root = await readRootEntry(session);
  const before = [
    checkRootEntry(root, config),
    ...checkClock(root, directory.now()),
    ...(await checkDomains(session, directory, root)),
  ];
  const people = await checkPeople(session, config, root);
  return [
    ...before,
    people,
    await checkGroups(session, config, { contexts: root.contexts, people: people.ok }),
    ...(await checkRights(session, config, root, people.ok)),
    await checkStrangers(session, config),
  ];
}

function checkStrangers(session: Session, config: LdapConfig): Promise<Check> {
  return attempt(
    'refuses strangers',
    async () => {
      if (!(await acceptsAnybody(session, config)))
        return { detail: 'a name that does not exist is refused' };
      return {
        ok: false,
        detail: 'it accepted a name that does not exist with a random password',
        advice: 'This directory lets in anybody: do not use it.',
      };
    },
    () => 'The directory stopped answering; the lines above may say why.',
  );
}
