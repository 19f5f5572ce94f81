/** `kind: password`: the played upstream checks a name and a password. */
import type { Call, ConnectorHost, Identity, PasswordLogin } from '@gatehouse/connector-kit';
import { hasLeft, type MockConfig } from './config.ts';
import { identityOf, type MockState } from './identity.ts';
import { same } from './same.ts';
import type { MockUpstream } from './upstream.ts';

export class MockPasswordLogin implements PasswordLogin<MockState> {
  readonly kind = 'password';
  readonly usernameLabel: string;
  readonly #upstream: MockUpstream;
  readonly #host: ConnectorHost;

  constructor(config: MockConfig, upstream: MockUpstream, host: ConnectorHost) {
    this.usernameLabel = config.usernameLabel;
    this.#upstream = upstream;
    this.#host = host;
  }

  async verify(
    typed: { readonly username: string; readonly password: string },
    call: Call,
  ): Promise<Identity<MockState> | null> {
    if (typed.password === '') return null;
    const { people } = await this.#upstream.ask(call.signal);
    const person = people.find(({ username }) => username === typed.username);
    const right = same(typed.password, person?.password ?? '');
    if (person === undefined || !right || hasLeft(person)) return null;
    await this.#upstream.play(person, call.signal);
    call.trace.step('password accepted', { person: person.id });
    return identityOf(person, { rotation: 0 }, { at: this.#host.now(), amr: ['pwd'] });
  }
}
