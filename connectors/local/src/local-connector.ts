/** Sign-in with an e-mail address and a password that Gatehouse itself knows. */
import {
  type Call,
  type Check,
  type Connector,
  ConnectorError,
  type ConnectorHost,
  type Identity,
  type LookedUp,
  type LookUpRequest,
  type PasswordLogin,
  type RefreshCall,
  type Refreshed,
} from '@gatehouse/connector-kit';
import { refuseIfAborted, untilAborted } from './aborted.ts';
import type { LocalConfig } from './config.ts';
import { canBeAnEmail, type LocalAccount, type LocalDirectory, normalizeEmail } from './directory.ts';
import type { HashQueue } from './hash-queue.ts';
import { identityOf, type LocalState } from './identity.ts';
import { lookedUp } from './looked-up.ts';
import { passwordBytes } from './password.ts';
import { makeRuns, PasswordCheck } from './password-check.ts';
import { checkPasswordHash } from './password-hash.ts';

export type { LocalState } from './identity.ts';

export class LocalConnector implements Connector<LocalState> {
  readonly mark = 'account';
  readonly login: PasswordLogin<LocalState>;
  readonly #directory: LocalDirectory;
  readonly #passwords: PasswordCheck;
  readonly #queue: HashQueue;
  readonly #host: ConnectorHost;

  constructor(config: LocalConfig, host: ConnectorHost, directory: LocalDirectory, queue: HashQueue) {
    this.#directory = directory;
    this.#passwords = new PasswordCheck(directory, () => host.now());
    this.#queue = queue;
    this.#host = host;
    this.login = {
      kind: 'password',
      usernameLabel: config.usernameLabel,
      verify: (typed, call) => this.#verify(typed.username, typed.password, call),
    };
  }

  async refresh(
    identity: Identity<LocalState>,
    call: RefreshCall<LocalState>,
  ): Promise<Refreshed<LocalState>> {
    const account = await ask(call.signal, () => this.#directory.findById(identity.upstreamId));
    if (account === null) return { status: 'gone', reason: 'the account has been removed' };
    const { authenticated } = identity;
    return {
      status: 'current',
      identity: { ...identityOf(account), ...(authenticated && { authenticated }) },
    };
  }

  async check(call: Call): Promise<readonly Check[]> {
    const name = 'accounts can be read';
    try {
      const settings = await ask(call.signal, () => this.#passwords.settingsInUse());
      return [{ name, ok: true }, hashCheck(settings)];
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'unknown failure';
      return [{ name, ok: false, detail, advice: 'See whether the database answers: `/readyz` tells.' }];
    }
  }

  /** Which groups there are is nobody's to tell: an account has those that it was given. */
  async lookUp({ username }: LookUpRequest, call: Call): Promise<LookedUp<LocalState>> {
    if (username === undefined) return { checks: [] };
    try {
      return lookedUp(await this.#find(normalizeEmail(username), call.signal));
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'unknown failure';
      const advice = 'See whether the database answers: `/readyz` tells.';
      return { checks: [{ name: 'account', ok: false, detail, advice }] };
    }
  }

  async #verify(username: string, password: string, call: Call): Promise<Identity<LocalState> | null> {
    const bytes = passwordBytes(password);
    if (!bytes.ok) return null;
    const account = await this.#find(normalizeEmail(username), call.signal);
    const runs = await ask(call.signal, () => this.#passwords.runs(account?.passwordHash ?? null));
    const right = await this.#queue.run(() => makeRuns(runs, bytes.value), call.signal);
    call.trace.step('password checked', { account: account?.id ?? null, right });
    if (account === null || !right) return this.#wrong(account);
    const authenticated = { at: this.#host.now(), amr: ['pwd'] };
    return { ...identityOf(account), authenticated };
  }

  async #find(email: string, signal: AbortSignal): Promise<LocalAccount | null> {
    if (!canBeAnEmail(email)) return null;
    return ask(signal, () => this.#directory.findByEmail(email));
  }

  /** A hash that cannot be checked is the operator's business; the person gets no other answer for it. */
  #wrong(account: LocalAccount | null): null {
    const problem = account && checkPasswordHash(account.passwordHash);
    if (problem) {
      this.#host.log.error({ account: account.id, problem }, 'an account has an unusable password hash');
    }
    return null;
  }
}

function hashCheck(settings: number): Check {
  const name = 'password hashes are of few kinds';
  const detail = `each attempt makes ${settings} hash runs`;
  if (settings <= 3) return { name, ok: true, detail };
  const advice =
    'Every attempt runs each kind and cost in use once. Make the odd ones new: `gatehouse hash-password`.';
  return { name, ok: false, detail, advice };
}

/** A directory that fails is "could not find out", never "nobody". */
async function ask<T>(signal: AbortSignal, question: () => Promise<T>): Promise<T> {
  refuseIfAborted(signal);
  try {
    return await untilAborted(question(), signal);
  } catch (cause) {
    throw new ConnectorError('unavailable', { reason: 'the accounts could not be read', cause });
  }
}
