/** The GitHub connector as a broker opens it: from a written configuration, through what the package exports. */

import github from '@gatehouse/connector-github';
import type { Arrival, Check, Identity, Refreshed, Reply, SignInWish } from '@gatehouse/connector-kit';
import { type TestCall, type TestHost, testCall, testHost } from '@gatehouse/connector-kit/testing';
import type { FakeGithub } from './hostile/github/fake-github.ts';

type State = Parameters<NonNullable<ReturnType<typeof github.open>['refresh']>>[0]['state'];
export type GithubIdentity = Identity<State>;

export interface GithubConnector {
  readonly host: TestHost;
  /** Leaves for GitHub, is `login` there, and comes back. */
  signIn(
    login: string,
    call?: TestCall<State>,
    /** What is done to the parameters on the way back. */
    change?: (params: URLSearchParams) => void,
  ): Promise<GithubIdentity>;
  leave(wish?: SignInWish): Promise<URL>;
  refresh(identity: GithubIdentity, call?: TestCall<State>): Promise<Refreshed<State>>;
  check(): Promise<readonly Check[]>;
  webhook(arrival: Arrival): Promise<Reply>;
}

const callbackUrl = new URL('http://127.0.0.1:5556/callback/github');

/** @throws with the sentences of the schema for a configuration that is none */
export async function openGithubConnector(
  fake: FakeGithub,
  written: Readonly<Record<string, unknown>> = {},
  host: TestHost = testHost({ now: new Date() }),
): Promise<GithubConnector> {
  const read = await github.config['~standard'].validate({ ...fake.config, ...written });
  if (read.issues) throw new Error(read.issues.map((issue) => issue.message).join('; '));
  const { login, refresh, check, endpoints } = github.open(read.value, host);
  if (login.kind !== 'redirect' || !refresh) throw new Error('not the connector that we know');
  const begin = (wish: SignInWish) => login.begin({ token: 'a-token', callbackUrl, wish }, testCall());
  return {
    host,
    async signIn(name, call = testCall<State>(), change = () => {}) {
      const { departure, memo } = await begin({ fresh: false });
      const { searchParams: params } = fake.oauth.authorize(departure.url.searchParams, name);
      change(params);
      const identity = await login.finish(
        { arrival: { method: 'GET', params, headers: {} }, memo, callbackUrl },
        call,
      );
      // As the broker keeps it.
      return { ...identity, state: JSON.parse(JSON.stringify(identity.state)) };
    },
    leave: async (wish = { fresh: false }) => (await begin(wish)).departure.url,
    refresh: (identity, call = testCall<State>()) => refresh(identity, call),
    check: () => check(testCall()),
    async webhook(arrival) {
      const endpoint = endpoints?.webhook;
      if (!endpoint) throw new Error('it takes no webhooks');
      return endpoint(arrival, testCall());
    },
  };
}
