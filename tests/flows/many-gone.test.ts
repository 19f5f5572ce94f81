/** A directory that loses many of its people at once, on two server processes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gatehouse } from '../support/gatehouse.ts';
import { type House, mock, openHouse, passwordOf } from '../support/house.ts';
import { type Answer, post } from '../support/oidc-flow.ts';

const names = Array.from({ length: 100 }, (_, number) => `person-${String(number).padStart(2, '0')}`);
const [lost, found] = [names.slice(0, 30), names.slice(30)];

/** Of one installation, whose people all have a refresh token. */
class Company {
  readonly house: House;
  readonly second: Gatehouse;
  readonly #tokens = new Map<string, string>();

  constructor(house: House, second: Gatehouse) {
    this.house = house;
    this.second = second;
  }

  async signIn(name: string): Promise<void> {
    const party = await this.house.party('kubernetes');
    const tokens = await party.signIn(name, passwordOf(name));
    this.#tokens.set(name, tokens.refresh_token ?? '');
  }

  /** One after the other, on both processes in turn: the twentieth is the twentieth. */
  async refresh(people: readonly string[]): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    for (const [index, name] of people.entries()) answers.push(await this.#refreshOne(name, index % 2 === 1));
    return answers;
  }

  async statuses(people: readonly string[]): Promise<readonly number[]> {
    return (await this.refresh(people)).map(({ status }) => status);
  }

  async lose(people: readonly string[]): Promise<void> {
    const absent = Object.fromEntries(people.map((name) => [name, { behaviour: 'absent' }]));
    await this.house.behave({ people: absent });
  }

  /** How often both processes have written it into their logs. */
  logged(message: string): number {
    const lines = `${this.house.gatehouse.output()}${this.second.output()}`.split('\n');
    return lines.filter((line) => line.includes(message)).length;
  }

  show(): Record<string, unknown> {
    const { status, stdout } = this.cli('show', '--json');
    expect(status).toBe(0);
    return JSON.parse(stdout);
  }

  cli(command: string, ...options: readonly string[]) {
    return this.second.cli(['absences', command, 'corp', ...options]);
  }

  async #refreshOne(name: string, onSecond: boolean): Promise<Answer> {
    const refresh_token = this.#tokens.get(name) ?? '';
    const form = { grant_type: 'refresh_token', client_id: 'kubernetes', refresh_token };
    const origin = onSecond ? this.second.address : this.house.issuer;
    const answer = await post(this.house, '/token', form, { origin });
    if (answer.status === 200) this.#tokens.set(name, String(answer.json.refresh_token));
    return answer;
  }
}

function claimsOf({ json }: Answer): Record<string, unknown> {
  const [, payload = ''] = String(json.id_token).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString());
}

const alert = 'absences_held';
const all = (status: number, people: readonly string[]) => Array(people.length).fill(status);

describe('thirty of a hundred people', () => {
  let company: Company;
  beforeAll(async () => {
    const people = names.map((name) => ({ id: name, username: name, password: passwordOf(name) }));
    const house = await openHouse({ config: { tokens: { upstreamCheck: '0s' } } });
    const { behaviourFile } = house;
    const corp = mock('corp', 'Directory', { kind: 'password', people, behaviourFile });
    await house.restart({ connectors: [corp, mock('sso', 'Single sign-on', {})] });
    company = new Company(house, await house.replica());
    for (const name of names) await company.signIn(name);
    expect(await company.statuses(names)).toEqual(all(200, names));
  });
  afterAll(() => company.house.close());

  test('who vanish at once keep their sessions from the twentieth on, and then all of them', async () => {
    await company.lose(lost);
    expect(await company.statuses(lost)).toEqual([...Array(19).fill(503), ...Array(11).fill(200)]);
    const answers = await company.refresh(lost);
    expect(answers.map(({ status }) => status)).toEqual(all(200, lost));
    for (const answer of answers) expect(claimsOf(answer)).toHaveProperty('stale_since');
    expect(await company.statuses(found)).toEqual(all(200, found));
    expect(company.logged(alert)).toBe(1);
  });

  test('are shown to the operator, with how it stands', async () => {
    expect(company.show()).toMatchObject({
      connector: 'corp',
      absencesCount: false,
      lastFiveMinutes: { asked: 100, absent: 30, stated: 0 },
    });
    const { people } = company.show();
    expect(people).toHaveLength(30);
    expect(people).toContainEqual(expect.objectContaining({ username: 'person-00', state: 'kept' }));
    const { stdout } = company.cli('show');
    expect(stdout).toContain('absences do not count since');
    expect(stdout).toContain('100 people were asked for, 30 were gone (30.0 %)');
  });

  test('who come back need no new sign-in, and their tokens are as before', async () => {
    await company.lose([]);
    const answers = await company.refresh(lost);
    expect(answers.map(({ status }) => status)).toEqual(all(200, lost));
    for (const answer of answers) expect(claimsOf(answer)).not.toHaveProperty('stale_since');
    expect(company.show()).toMatchObject({ lastFiveMinutes: { asked: 100, absent: 0 }, people: [] });
  });

  test('are gone when an operator agrees, on both processes, and without an alert', async () => {
    await company.lose(lost);
    const { status, stdout } = company.cli('agree', '--for', '30m');
    expect([status, stdout]).toEqual([0, expect.stringContaining('for 30m')]);
    expect(await company.statuses(lost)).toEqual(all(503, lost));
    expect(await company.statuses(found)).toEqual(all(200, found));
    expect(company.show()).toMatchObject({ absencesCount: true, word: { kind: 'agreed' } });
    expect(company.logged(alert)).toBe(1);
  });

  test('are ended for good a day later, and who comes back after that signs in', async () => {
    await company.house.sql("UPDATE identities SET gone_until = gone_until - interval '1 day'");
    await company.lose([]);
    const answers = await company.refresh(lost);
    expect(answers.map(({ json }) => json.error)).toEqual(Array(30).fill('invalid_grant'));
    const [ends] = await company.house.sql(
      "SELECT count(*)::integer AS count FROM offline_sessions WHERE end_reason = 'gone'",
    );
    expect(ends).toEqual({ count: 30 });
    const [sessions] = await company.house.sql('SELECT count(*)::integer AS count FROM sessions');
    expect(sessions).toEqual({ count: 70 });
    expect(await company.statuses(found)).toEqual(all(200, found));
    await company.signIn('person-00');
    expect(await company.statuses(['person-00'])).toEqual([200]);
  });

  test('are kept while an operator holds the brake, from the first on', async () => {
    expect(company.cli('release').status).toBe(0);
    expect(company.cli('hold').status).toBe(0);
    const some = found.slice(0, 3);
    await company.lose(some);
    expect(await company.statuses(some)).toEqual(all(200, some));
    expect(company.cli('release').status).toBe(0);
    expect(await company.statuses(some)).toEqual(all(503, some));
    expect(company.cli('release').stderr).toContain('Nobody has agreed to or held');
    expect(company.cli('hold', '--for', 'ever').stderr).toContain('--for must be a duration');
    expect(company.second.cli(['absences', 'show', 'crop']).stderr).toContain('There is no connector "crop"');
  });
});
