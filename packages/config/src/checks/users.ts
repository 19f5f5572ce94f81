/** The accounts in the configuration. */
import type { Legible } from '../schema/legible.ts';
import { quote } from '../source/problem.ts';
import type { Report } from '../source/report.ts';

/** Nothing if the hash can be used, else a sentence about what is wrong with it, which never quotes it. */
export type CheckPasswordHash = (hash: string) => string | null | undefined;

export function checkUsers(
  written: Legible,
  checkPasswordHash: CheckPasswordHash | undefined,
  report: Report,
): void {
  needLocalConnector(written, report);
  const places = new Map<string, string>();
  for (const [index, user] of written.users.entries()) {
    if (!user) continue;
    const once = (key: 'email' | 'id', value: string) => {
      const before = places.get(`${key} ${value}`);
      if (before) report.problem(['users', index, key], `${quote(value)} is the ${key} of ${before} already`);
      else places.set(`${key} ${value}`, `users[${index}]`);
    };
    once('email', user.email.toLowerCase());
    if (user.id !== undefined) once('id', user.id);
    const fault = checkPasswordHash?.(user.passwordHash);
    // Empty is one that could not be read, which has been reported.
    if (fault && user.passwordHash !== '') report.problem(['users', index, 'passwordHash'], fault);
  }
  const first = written.firstUser?.email.toLowerCase();
  const taken = first === undefined ? undefined : places.get(`email ${first}`);
  if (taken) report.problem(['firstUser', 'email'], `is the email of ${taken} already`);
}

function needLocalConnector({ connectors, users, firstUser }: Legible, report: Report): void {
  if (connectors.some((connector) => connector === null || connector.type === 'local')) return;
  const sentence = 'needs a connector of type local';
  if (users.length > 0) report.problem(['users'], sentence, 'key');
  if (firstUser) report.problem(['firstUser'], sentence, 'key');
}
