/** Who there is at the played GitHub: accounts, organisations, teams, and an app. Changing it is what tests do. */

export interface Account {
  readonly id: number;
  login: string;
  name: string | null;
  emails: { email: string; primary: boolean; verified: boolean }[];
  suspended: boolean;
}

export interface Org {
  readonly id: number;
  login: string;
  /** By the id of the account. */
  readonly members: Map<number, 'active' | 'pending'>;
  /** Whether its owners have let the app in. */
  approved: boolean;
  /** Whether it wants single sign-on, and who has passed it. */
  sso: Set<number> | null;
}

export interface Team {
  readonly id: number;
  readonly org: Org;
  name: string;
  slug: string;
  parent: Team | null;
  readonly members: Set<number>;
}

export interface App {
  readonly kind: 'oauth' | 'github';
  readonly clientId: string;
  readonly clientSecret: string;
  readonly callback: string;
  /** What people grant; GitHub lets them change it. */
  grants: string;
}

export class World {
  readonly accounts = new Map<number, Account>();
  readonly orgs = new Map<number, Org>();
  readonly teams = new Map<number, Team>();
  #lastId = 1000;

  account(login: string, changes: Partial<Account> = {}): Account {
    const address = { email: `${login}@example.com`, primary: true, verified: true };
    const made = { id: this.#id(), login, name: null, emails: [address], suspended: false, ...changes };
    this.accounts.set(made.id, made);
    return made;
  }

  org(login: string, members: readonly Account[] = []): Org {
    const joined = members.map(({ id }) => [id, 'active'] as const);
    const made: Org = { id: this.#id(), login, members: new Map(joined), approved: true, sso: null };
    this.orgs.set(made.id, made);
    return made;
  }

  team(org: Org, name: string, members: readonly Account[] = [], parent: Team | null = null): Team {
    const slug = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
    const made = { id: this.#id(), org, name, slug, parent, members: new Set(members.map(({ id }) => id)) };
    this.teams.set(made.id, made);
    return made;
  }

  accountNamed(login: string): Account | undefined {
    return [...this.accounts.values()].find((one) => sameName(one.login, login));
  }

  orgNamed(login: string): Org | undefined {
    return [...this.orgs.values()].find((one) => sameName(one.login, login));
  }

  teamsOf(account: Account): readonly Team[] {
    return [...this.teams.values()].filter(({ members }) => members.has(account.id));
  }

  #id(): number {
    this.#lastId += 1;
    return this.#lastId;
  }
}

function sameName(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
