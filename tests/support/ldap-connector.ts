/** The LDAP connector as a broker opens it: from a written configuration, through what the package exports. */
import type { Check, Identity, LookedUp, LookUpRequest, Refreshed } from '@gatehouse/connector-kit';
import { type TestCall, testCall, testHost } from '@gatehouse/connector-kit/testing';
import ldap from '@gatehouse/connector-ldap';

export type WrittenConfig = Readonly<Record<string, unknown>>;
type State = Parameters<NonNullable<ReturnType<typeof ldap.open>['refresh']>>[0]['state'];
export type LdapIdentity = Identity<State>;

export interface LdapConnector {
  signIn(username: string, password: string, call?: TestCall<State>): Promise<LdapIdentity | null>;
  /** Somebody whose password is the account and `-secret`. @throws when they cannot sign in */
  someone(account: string): Promise<LdapIdentity>;
  refresh(identity: LdapIdentity): Promise<Refreshed<State>>;
  check(): Promise<readonly Check[]>;
  lookUp(who: LookUpRequest): Promise<LookedUp<State>>;
  close(): Promise<void>;
}

/** @throws with the sentences of the schema for a configuration that is none */
export async function openLdapConnector(written: WrittenConfig): Promise<LdapConnector> {
  const read = await ldap.config['~standard'].validate(written);
  if (read.issues) throw new Error(read.issues.map((issue) => issue.message).join('; '));
  const connector = ldap.open(read.value, testHost({ now: new Date() }));
  const { login, refresh, lookUp } = connector;
  if (login.kind !== 'password' || !refresh || !lookUp) throw new Error('not the connector that we know');
  const signIn: LdapConnector['signIn'] = (username, password, call = testCall<State>()) =>
    login.verify({ username, password }, call);
  return {
    signIn,
    async someone(account) {
      const identity = await signIn(account, `${account}-secret`);
      if (identity === null) throw new Error(`${account} cannot sign in`);
      return identity;
    },
    refresh: (identity) => refresh(identity, testCall<State>()),
    check: () => connector.check(testCall()),
    lookUp: (who) => lookUp(who, testCall()),
    close: async () => connector.close?.(),
  };
}
