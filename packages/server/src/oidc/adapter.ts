/** The library's storage interface over the unit of work of the request. */
import { type RecordKind, StoreUnavailable } from '@gatehouse/core';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { retryAfter } from '../http/storage-unavailable.ts';
import { currentUnit, onLostRace } from '../http/unit-of-work.ts';
import { Unavailable } from './errors.ts';
import { toPayload, toRecord } from './payloads.ts';

const kinds: Readonly<Record<string, RecordKind>> = {
  Session: 'session',
  Interaction: 'interaction',
  AuthorizationCode: 'authorizationCode',
  AccessToken: 'accessToken',
  Grant: 'grant',
};

export interface AdapterOptions {
  readonly now: () => Date;
  /** The address at which a sign-in goes on: it has the interaction's id in it and is not stored. */
  readonly resumeUrl: (uid: string) => string;
}

/** Refresh tokens have a class of their own; every other model is switched off. */
export function adapterFor(options: AdapterOptions): (name: string) => Adapter {
  return (name) => {
    const kind = kinds[name];
    return kind === undefined ? refuseAll(name) : new UnitAdapter(kind, options);
  };
}

/** A read that finds the database down must not look like "no such token". */
export async function reading<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof StoreUnavailable) throw new Unavailable(error, retryAfter);
    throw error;
  }
}

class UnitAdapter implements Adapter {
  readonly #kind: RecordKind;
  readonly #options: AdapterOptions;

  constructor(kind: RecordKind, options: AdapterOptions) {
    this.#kind = kind;
    this.#options = options;
  }

  async upsert(id: string, payload: AdapterPayload, lifetime = 0): Promise<void> {
    currentUnit().records.save(this.#kind, id, toRecord(this.#kind, payload, lifetime, this.#options.now()));
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const record = await reading(() => currentUnit().records.find(this.#kind, id));
    return record === null ? undefined : toPayload(record, id, this.#options.resumeUrl);
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const record = await reading(() => currentUnit().records.findSessionByUid(uid));
    return record === null ? undefined : toPayload(record, undefined, this.#options.resumeUrl);
  }

  async findByUserCode(): Promise<undefined> {
    throw new Error('there is no device flow');
  }

  /** Two requests with one code at the same moment: the second is a replay, and ends what the first was given. */
  async consume(id: string): Promise<void> {
    const code = await this.find(id);
    currentUnit().records.consumeCode(id);
    const grantId = code?.grantId;
    if (grantId !== undefined) onLostRace((unit) => unit.records.revokeGrant(grantId));
  }

  async destroy(id: string): Promise<void> {
    currentUnit().records.destroy(this.#kind, id);
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    currentUnit().records.revokeGrant(grantId);
  }
}

function refuseAll(name: string): Adapter {
  const refuse = async (): Promise<never> => {
    throw new Error(`${name} is not stored`);
  };
  return {
    upsert: refuse,
    find: refuse,
    findByUid: refuse,
    findByUserCode: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  };
}
