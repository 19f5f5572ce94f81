/**
 * Whether a server compares the password before it calls it expired.
 *
 * Attack: Oracle Unified Directory, PingDirectory and other descendants of OpenDS look at the account first, and answer
 * "expired" to any password. Told on, that would say which names exist. So the word counts from those alone that are
 * known to compare first: OpenLDAP (`ppolicy`), and 389 Directory Server with all that is made of it.
 */
import type { Trace } from '@gatehouse/connector-kit';
import { present } from '../filters.ts';
import type { Session } from '../session.ts';

export class ComparingServers {
  /** A server stays what it is; one that could not be asked is asked again. */
  readonly #known = new Map<string, boolean>();

  /** Never throws: whoever cannot be asked is not known. */
  async has(session: Session, trace: Trace): Promise<boolean> {
    const before = this.#known.get(session.server);
    if (before !== undefined) return before;
    const root = await readRoot(session).catch(() => undefined);
    trace.step('ldap vendor', { server: session.server, ...root });
    if (root === undefined) return false;
    const compares =
      root.classes.includes('OpenLDAProotDSE') || /^(389|Red Hat)-Directory\//.test(root.version);
    this.#known.set(session.server, compares);
    return compares;
  }
}

/** What kind of server it is, by its root entry (RFC 4512, section 5.1; RFC 3045). */
async function readRoot(session: Session) {
  const query = { base: '', scope: 'base', filter: present('objectClass') } as const;
  const { entries } = await session.search({ ...query, attributes: ['objectClass', 'vendorVersion'] });
  const root = entries.find(({ dn }) => dn === '');
  return root && { classes: root.texts('objectClass'), version: root.text('vendorVersion') ?? '' };
}
