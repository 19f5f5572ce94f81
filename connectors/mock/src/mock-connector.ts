/** A connector whose upstream is played, for trying and testing what the broker does with upstreams. */
import type {
  Call,
  Check,
  Connector,
  ConnectorHost,
  Identity,
  LookedUp,
  LookUpRequest,
  RefreshCall,
  Refreshed,
} from '@gatehouse/connector-kit';
import { AuthorizePage } from './authorize-page.ts';
import type { MockConfig } from './config.ts';
import { identityOf, type MockState } from './identity.ts';
import { lookedUp } from './looked-up.ts';
import { MockPasswordLogin } from './password-login.ts';
import { MockRedirectLogin } from './redirect-login.ts';
import { MockUpstream } from './upstream.ts';

export class MockConnector implements Connector<MockState> {
  readonly login: MockPasswordLogin | MockRedirectLogin;
  readonly endpoints: NonNullable<Connector<MockState>['endpoints']>;
  readonly #upstream: MockUpstream;

  constructor(config: MockConfig, host: ConnectorHost, issuer: URL) {
    this.#upstream = new MockUpstream(config);
    if (config.kind === 'password') {
      this.login = new MockPasswordLogin(config, this.#upstream, host);
      this.endpoints = {};
      return;
    }
    const prefix = issuer.pathname.replace(/\/$/, '');
    const address = new URL(`${prefix}/connectors/${encodeURIComponent(host.id)}/authorize`, issuer);
    this.login = new MockRedirectLogin(this.#upstream, host, address);
    const page = new AuthorizePage(config, this.#upstream, host, issuer);
    this.endpoints = { authorize: (arrival, call) => page.answer(arrival, call) };
  }

  async refresh(identity: Identity<MockState>, call: RefreshCall<MockState>): Promise<Refreshed<MockState>> {
    const { people } = await this.#upstream.ask(call.signal);
    const person = people.find(({ id }) => id === identity.upstreamId);
    if (person === undefined || person.behaviour === 'absent') {
      return { status: 'gone', reason: 'the upstream does not know the person any more', proof: 'absent' };
    }
    if (person.behaviour === 'gone') {
      return { status: 'gone', reason: 'the upstream says that the person has left', proof: 'stated' };
    }
    const state = { rotation: identity.state.rotation + 1 };
    await call.saveState(state);
    await this.#upstream.play(person, call.signal);
    return { status: 'current', identity: identityOf(person, state, identity.authenticated) };
  }

  /** By user name or id: with `kind: redirect` nobody types one. */
  async lookUp(who: LookUpRequest, call: Call): Promise<LookedUp<MockState>> {
    try {
      return lookedUp(who, await this.#upstream.ask(call.signal));
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'unknown failure';
      const advice = 'Set `upstream: normal`, here and in the behaviour file.';
      return { checks: [{ name: 'upstream', ok: false, detail, advice }] };
    }
  }

  async check(call: Call): Promise<readonly Check[]> {
    const name = 'the played upstream answers';
    try {
      const { people } = await this.#upstream.ask(call.signal);
      return [{ name, ok: true, detail: `${people.length} people` }];
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'unknown failure';
      return [{ name, ok: false, detail, advice: 'Set `upstream: normal`, here and in the behaviour file.' }];
    }
  }
}
