/**
 * How often the answers to one login may turn out to be bad.
 *
 * Attack: somebody with a genuine answer fetches it again and again. Each fetch is one small request, and costs a whole
 * check: of a SAML response that is a second of computing. A failed answer alone does not end a login, since it may be a
 * planted one; many of them do.
 */
import { LostRace, type Store } from '@gatehouse/core';
import { signInLifetime } from '../oidc/lifetimes.ts';

const limit = { tries: 10, window: signInLifetime };

export class FailedAnswers {
  readonly #store: Pick<Store, 'rateLimits' | 'unit'>;

  constructor(store: Pick<Store, 'rateLimits' | 'unit'>) {
    this.#store = store;
  }

  /** After a failure, in a unit of its own: that of the request is not written. */
  async count(token: string): Promise<void> {
    const { retryAfter } = await this.#store.rateLimits.take(`failed answer ${token}`, limit);
    if (retryAfter === 0) return;
    const unit = this.#store.unit();
    unit.logins.finish(token);
    await unit.commit('success').catch((error: unknown) => {
      if (!(error instanceof LostRace)) throw error;
    });
  }
}
