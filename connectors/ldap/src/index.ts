/**
 * LDAP: people sign in with the password of the company directory.
 *
 * This package owns the way from a typed name and password, or a ticket, to an identity: connecting, binding, searching,
 * reading groups, asking again at refresh, and saying what is wrong. It must not know HTTP, storage, or the rules that
 * the broker applies afterwards. Its folders: docs/architecture.md, "Inside the LDAP connector".
 */
import { defineConnector } from '@gatehouse/connector-kit';
import { check } from './check/check.ts';
import { configSchema, type LdapConfig } from './config.ts';
import { Directory } from './directory.ts';
import { Acceptor } from './kerberos/acceptor.ts';
import { checkTickets } from './kerberos/check.ts';
import { negotiateWith } from './kerberos/negotiate.ts';
import { lookUp } from './look-up/look-up.ts';
import type { State } from './people/identity.ts';
import { refresh } from './refresh.ts';
import { verify } from './verify.ts';

export default defineConnector<LdapConfig, State>({
  kit: 1,
  type: 'ldap',
  title: 'LDAP directory',
  config: configSchema,
  open(config, host) {
    const { kerberos } = config;
    const acceptor = kerberos && new Acceptor(kerberos);
    const directory = new Directory(config, () => host.now(), { log: host.log });
    return {
      mark: 'directory',
      login: {
        kind: 'password',
        usernameLabel: config.usernameLabel,
        verify: (credentials, call) => verify(directory, credentials, call),
        ...(acceptor && { negotiate: negotiateWith({ directory, kerberos, acceptor, host }) }),
      },
      refresh: (identity, call) => refresh(directory, identity, call),
      check: async (call) => [
        ...(await check(directory, call)),
        ...(acceptor ? [await checkTickets(acceptor, kerberos)] : []),
      ],
      lookUp: (who, call) => lookUp(directory, who, call),
      async close() {
        directory.close();
        acceptor?.close();
      },
    };
  },
});
