/** A unit of work in memory, for tests of the rules around it. The conformance suite of `storage` is about the real one. */
import {
  type Identities,
  type Login,
  type Logins,
  LostRace,
  type Outcome,
  type StoredArrival,
  type StoredIdentity,
  type Unit,
} from '@gatehouse/core';

export class MemoryTables {
  readonly logins = new Map<string, Login>();
  readonly arrivals = new Map<string, StoredArrival>();
  readonly identities = new Map<string, StoredIdentity>();

  unit(): Unit {
    return new MemoryUnit(this);
  }
}

class MemoryUnit implements Pick<Unit, 'logins' | 'identities' | 'commit'> {
  readonly logins: Logins;
  readonly identities: Identities;
  readonly #writes: (() => void)[] = [];

  constructor(tables: MemoryTables) {
    this.logins = new MemoryLogins(tables, this.#writes);
    this.identities = {
      find: async (subject) => tables.identities.get(subject) ?? null,
      save: (identity) => this.#writes.push(() => tables.identities.set(identity.subject, identity)),
    };
  }

  get records(): never {
    throw new Error('these tests do not touch the protocol');
  }

  get upstreamSessions(): never {
    throw new Error('these tests do not touch sessions of the upstream');
  }

  get offlineSessions(): never {
    throw new Error('these tests do not touch offline sessions');
  }

  async commit(outcome: Outcome): Promise<void> {
    const writes = this.#writes.splice(0);
    if (outcome === 'success') for (const write of writes) write();
  }
}

class MemoryLogins implements Logins {
  readonly #tables: MemoryTables;
  readonly #writes: (() => void)[];

  constructor(tables: MemoryTables, writes: (() => void)[]) {
    this.#tables = tables;
    this.#writes = writes;
  }

  async find(token: string): Promise<Login | null> {
    return this.#tables.logins.get(token) ?? null;
  }

  open(login: Login): void {
    this.#writes.push(() => this.#tables.logins.set(login.token, login));
  }

  saveArrival(arrival: StoredArrival, limit: number): void {
    this.#writes.push(() => {
      const { arrivals } = this.#tables;
      arrivals.set(arrival.handle, arrival);
      const same = [...arrivals.values()].filter(({ loginToken }) => loginToken === arrival.loginToken);
      for (const { handle } of same.slice(0, -limit)) arrivals.delete(handle);
    });
  }

  async findArrival(handle: string) {
    const stored = this.#tables.arrivals.get(handle);
    const login = stored && this.#tables.logins.get(stored.loginToken);
    return stored && login ? { login, arrival: stored.arrival } : null;
  }

  finish(token: string): void {
    this.#writes.push(() => {
      const login = this.#tables.logins.get(token);
      if (login === undefined || login.finishedAt !== undefined) throw new LostRace('login');
      this.#tables.logins.set(token, { ...login, finishedAt: new Date() });
    });
  }
}
