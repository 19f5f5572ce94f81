/** Why the broker cannot start with this database, in words for the person who set it up. */
import pg from 'pg';

/** The message says what is wrong and what to do; it never contains a password. */
export class DatabaseProblem extends Error {
  override readonly name = 'DatabaseProblem';
}

/** Where the connection goes, without its password. */
export interface Place {
  readonly server: string;
  readonly user: string;
  readonly database: string;
}

const notOurs = 'Check `database.url`.';

/** Why a connection could not be made: all errors there are the server's, the network's, or the operator's. */
export function explainConnecting(error: unknown, place: Place): unknown {
  if (error instanceof pg.DatabaseError) return explainRefusal(error, place);
  if (!(error instanceof Error) || error instanceof TypeError) return error;
  return new DatabaseProblem(unreachable(error, place), { cause: error });
}

/** What the server refused, where an operator can mend it. Other errors stay as they are. */
export function explainRefusal(error: unknown, place: Place): unknown {
  const words = error instanceof pg.DatabaseError ? refusal(error, place) : null;
  return words === null ? error : new DatabaseProblem(words, { cause: error });
}

function refusal(error: pg.DatabaseError, { server, user, database }: Place): string | null {
  switch (error.code) {
    case '28P01':
      return `PostgreSQL at ${server} refuses the password of user "${user}". ${notOurs}`;
    case '28000':
      return `PostgreSQL at ${server} does not let user "${user}" in: ${error.message}. Check \`database.url\` and the server's pg_hba.conf.`;
    case '3D000':
      return `PostgreSQL at ${server} has no database "${database}". Create it: CREATE DATABASE "${database}" OWNER "${user}"`;
    case '42501':
      return `User "${user}" may not do this in database "${database}": ${error.message}. Make them the owner of the database, or ${grantFor(error, user)}`;
    case '3F000':
      return `Database "${database}" has no schema to create tables in for user "${user}". Check their search_path.`;
    case '25006':
      return `PostgreSQL at ${server} is a read-only standby. Point \`database.url\` at the primary.`;
    case '42P01':
      return `Database "${database}" lacks the tables of Gatehouse. Run \`gatehouse migrate\`.`;
    case '42703':
      return `Database "${database}" holds tables of another program (${error.message}). Give Gatehouse a database of its own.`;
    case '53300':
      return `PostgreSQL at ${server} has no free connection. Raise its max_connections, or lower \`database.poolSize\`.`;
    case '57P03':
      return `PostgreSQL at ${server} is starting up or shutting down. Try again in a moment.`;
    default:
      return null;
  }
}

/** Who may not even look at the tables works beside another role that makes them. */
function grantFor({ message }: pg.DatabaseError, user: string): string {
  return /for (table|sequence|relation)/.test(message)
    ? `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO "${user}", and USAGE ON ALL SEQUENCES`
    : `GRANT CREATE ON SCHEMA public TO "${user}"`;
}

function unreachable(error: Error, { server }: Place): string {
  // A name with several addresses fails once for each.
  const reason = error instanceof AggregateError ? error.errors.map(messageOf).join(', ') : error.message;
  const known = wordsOfTls.find(([pattern]) => pattern.test(reason));
  const advice = known?.[1] ?? 'Is it running, and is `database.url` right?';
  return `PostgreSQL at ${server} cannot be reached: ${reason}. ${advice}`;
}

/** The server runs, and the two do not trust each other. */
const wordsOfTls: readonly (readonly [RegExp, string])[] = [
  [
    /does not support SSL/,
    'Switch TLS on there, or take `sslmode` out of `database.url` if nobody else is on the way.',
  ],
  [
    /self.signed|unable to (verify|get)/i,
    'Name the authority of its certificate in `database.url`: …&sslrootcert=/path/to/ca.crt',
  ],
  [/altnames/i, 'Write a name that is in its certificate into `database.url`.'],
];

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
