/** The played upstream: people, and how it answers about them at this moment. */
import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { ConnectorError } from '@gatehouse/connector-kit';
import { type BehaviourFile, behaviourFile, type MockConfig, type Person } from './config.ts';

export interface Moment {
  readonly upstream: 'normal' | 'unavailable' | 'slow';
  readonly people: readonly Person[];
}

export class MockUpstream {
  readonly #config: MockConfig;

  constructor(config: MockConfig) {
    this.#config = config;
  }

  /** What any question to the upstream begins with: it may be away, or take its time. */
  async ask(signal: AbortSignal): Promise<Moment> {
    refuseIfAborted(signal);
    const moment = await this.#now();
    if (moment.upstream === 'unavailable') throw away('the upstream does not answer');
    if (moment.upstream === 'slow') await this.#dawdle(signal);
    refuseIfAborted(signal);
    return moment;
  }

  /** Plays what the upstream does when it is asked for everything about one person. */
  async play(person: Person, signal: AbortSignal): Promise<void> {
    if (person.behaviour === 'unavailable') throw away('the upstream does not answer about this person');
    if (person.behaviour === 'partialGroups') throw away('the upstream named only some of the groups');
    if (person.behaviour === 'slow') await this.#dawdle(signal);
    if (person.behaviour === 'denied') {
      throw new ConnectorError('denied', { reason: 'the upstream refuses this person' });
    }
  }

  async #now(): Promise<Moment> {
    const changes = await readChanges(this.#config.behaviourFile);
    const people = this.#config.people.map((person) => changed(person, changes.people[person.id]));
    const unknown = Object.keys(changes.people).find((id) => !people.some((person) => person.id === id));
    if (unknown !== undefined) throw badFile(`there is no person ${JSON.stringify(unknown)}`);
    return { upstream: changes.upstream ?? this.#config.upstream, people };
  }

  async #dawdle(signal: AbortSignal): Promise<void> {
    try {
      await wait(this.#config.slowFor * 1_000, undefined, { signal });
    } catch (cause) {
      throw away('the call was ended while the upstream took its time', cause);
    }
  }
}

type Changes = BehaviourFile['people'][string];

function changed(person: Person, changes: Changes | undefined): Person {
  const given = Object.entries(changes ?? {}).filter(([, value]) => value !== undefined);
  return { ...person, ...Object.fromEntries(given) };
}

async function readChanges(path: string | undefined): Promise<BehaviourFile> {
  if (path === undefined) return { people: {} };
  if (!isAbsolute(path)) throw badFile('its path must be absolute');
  const text = await readIfThere(path);
  if (text === null) return { people: {} };
  const parsed = behaviourFile.safeParse(parseJson(text));
  if (!parsed.success) throw badFile(parsed.error.issues.map(({ message }) => message).join('; '));
  return parsed.data;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw badFile('it cannot be read', cause);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badFile('it is not JSON (write it beside and rename it, so that nobody reads half of it)', cause);
  }
}

function badFile(what: string, cause?: unknown): ConnectorError {
  return new ConnectorError('misconfigured', { reason: `behaviourFile: ${what}`, cause });
}

function away(reason: string, cause?: unknown): ConnectorError {
  return new ConnectorError('unavailable', { reason, cause });
}

function refuseIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw away('the call was ended', signal.reason);
}
