/** `database.url` and `directUrl` are addresses of a PostgreSQL, so far as one can tell without asking it. */
import type { Legible } from '../schema/legible.ts';
import { quote } from '../source/problem.ts';
import type { Report } from '../source/report.ts';

const example = 'postgres://user:password@host:5432/database';
const sslModes = ['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'];

export function checkDatabaseAddress({ database }: Legible, report: Report): void {
  for (const key of ['url', 'directUrl'] as const) {
    const address = database[key];
    const fault = address?.known ? faultOf(address.reveal()) : null;
    if (fault) report.problem(['database', key], fault);
  }
}

/** Never with the text itself: a password is in it. */
function faultOf(text: string): string | null {
  if (!/^postgres(ql)?:\/\//.test(text)) return `is not the address of a PostgreSQL, such as ${example}`;
  // A socket has no host name; to the driver it is one all the same.
  const address = text.replace('@/', '@socket/');
  if (!URL.canParse(address)) {
    return `cannot be read as ${example}: special characters of the password are written as %23 for # and so on`;
  }
  const mode = new URL(address).searchParams.get('sslmode');
  if (mode === null || sslModes.includes(mode)) return null;
  return `has sslmode=${quote(mode.slice(0, 20))}; there are ${sslModes.join(', ')}`;
}
