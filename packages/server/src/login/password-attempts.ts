/**
 * How often a password may be tried: per account and per address.
 *
 * Attack: one address tries many passwords, or many addresses try one account. Counted before any work is done, so
 * that tries in parallel count as well; what turned out to be no guess is taken back afterwards.
 */
import { createHmac, hkdfSync } from 'node:crypto';
import type { Limits } from '@gatehouse/config';
import { BrokerError, type RateLimits } from '@gatehouse/core';
import { addressGroup } from '../http/trusted-proxies.ts';

export interface Attempt {
  readonly connectorId: string;
  readonly username: string;
  readonly address: string;
}

/** Of one sign-in. */
export interface FoundAccounts {
  /** Counts the first time only: the upstream may have to ask another server of its own about the same try. */
  readonly mayTry: (account: string) => Promise<boolean>;
  /** The person knew the password. */
  forgive(): Promise<void>;
}

export class PasswordAttempts {
  readonly #limits: RateLimits;
  readonly #rates: Limits['passwordAttempts'];
  readonly #key: Buffer;

  constructor(limits: RateLimits, rates: Limits['passwordAttempts'], [secret]: readonly Uint8Array[]) {
    if (secret === undefined) throw new Error('there is no key for the counters');
    this.#limits = limits;
    this.#rates = rates;
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'gatehouse password attempts', 32));
  }

  /** @throws BrokerError `too_many_attempts` */
  async count(attempt: Attempt): Promise<void> {
    // The address first: one that is stopped must not go on using up the tries of the person it guesses at.
    await this.#take(addressKey(attempt), this.#rates.perAddress, attempt);
    await this.#take(this.#accountKey(attempt), this.#rates.perAccount, attempt);
  }

  /**
   * The accounts that an upstream finds under a typed name, by its own name for them.
   *
   * Attack: one account has several names that can be typed (`jane`, `CORP\jane`, an address), each of which has a budget.
   */
  accountsOf({ connectorId }: Attempt): FoundAccounts {
    const tries = new Map<string, Promise<boolean>>();
    return {
      mayTry: (account) => {
        const key = this.#entryKey(connectorId, account);
        const allowed = tries.get(key) ?? this.#mayTake(key);
        tries.set(key, allowed);
        return allowed;
      },
      forgive: async () => {
        await Promise.all([...tries.keys()].map((key) => this.#limits.forgive(key)));
      },
    };
  }

  /**
   * The person knew the password. What was tried before is no longer held against the account; the address gets back
   * this one try alone. So a whole office behind one address can sign in, and an attacker with an account of their own
   * gains nothing by signing in between guesses.
   */
  async forgive(attempt: Attempt): Promise<void> {
    await this.#limits.forgive(this.#accountKey(attempt));
    await this.#limits.giveBack(addressKey(attempt));
  }

  /** For the log: tells tries at one account apart from tries at many, without saying what was typed. */
  accountMark({ connectorId, username }: Pick<Attempt, 'connectorId' | 'username'>): string {
    return this.#mac(connectorId, foldName(username)).toString('base64url').slice(0, 12);
  }

  async #mayTake(key: string): Promise<boolean> {
    const { retryAfter } = await this.#limits.take(key, this.#rates.perAccount);
    return retryAfter === 0;
  }

  async #take(
    key: string,
    limit: { tries: number; window: number },
    { connectorId }: Attempt,
  ): Promise<void> {
    const { retryAfter } = await this.#limits.take(key, limit);
    if (retryAfter > 0) {
      const reason = key.startsWith(addressPrefix)
        ? 'too many from this address'
        : 'too many for this account';
      throw new BrokerError('too_many_attempts', { reason, retryAfter, connectorId });
    }
  }

  /** What was typed may be a password in the wrong field: the database gets a keyed hash. */
  #accountKey({ connectorId, username }: Attempt): string {
    return `password:account:${this.#mac(connectorId, foldName(username)).toString('base64url')}`;
  }

  /** As it is: an upstream has one name for an account, and another one is another account. */
  #entryKey(connectorId: string, account: string): string {
    return `password:entry:${this.#mac(connectorId, account).toString('base64url')}`;
  }

  #mac(connectorId: string, name: string): Buffer {
    return createHmac('sha256', this.#key).update(`${connectorId}\0${name}`).digest();
  }
}

const addressPrefix = 'password:address:';

function addressKey({ address }: Attempt): string {
  return addressPrefix + addressGroup(address);
}

/**
 * Directories find one person under many spellings (RFC 4518: case, width, spaces, invisible characters; Active
 * Directory: accents too). Spellings must not be fresh tries, so this folds more than any directory does.
 */
export function foldName(username: string): string {
  return username
    .normalize('NFKD')
    .replace(/[\p{M}\p{C}\p{Z}\s]/gu, '')
    .toUpperCase()
    .toLowerCase();
}
