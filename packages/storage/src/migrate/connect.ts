/** One connection for work outside the pool: migrations and looks at a database that may be empty. */
import pg from 'pg';
import { DatabaseProblem, explainConnecting, explainRefusal, type Place } from './problem.ts';

/** The oldest PostgreSQL that the tests run on. */
const oldestVersion = 140_000;
const connectTimeout = 10_000;
const addressStart = /^postgres(ql)?:\/\//;

/** @throws DatabaseProblem for everything an operator can mend */
export async function withConnection<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = newClient(url);
  const place = placeOf(url);
  // The pending query reports the loss; without a listener the event would end the process.
  client.on('error', () => {});
  try {
    await client.connect().catch((error: unknown) => {
      throw explainConnecting(error, place);
    });
    await refuseOldServer(client);
    return await work(client);
  } catch (error) {
    throw explainRefusal(error, place);
  } finally {
    await client.end().catch(() => {});
  }
}

function newClient(url: string): pg.Client {
  if (!addressStart.test(url)) throw notAnAddress();
  try {
    return new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: connectTimeout,
      application_name: 'gatehouse',
    });
  } catch (error) {
    // The driver's own error would repeat the URL with its password.
    throw unreadableFile(error) ?? notAnAddress();
  }
}

/** `sslrootcert`, `sslcert` and `sslkey` are read at once. */
function unreadableFile(error: unknown): DatabaseProblem | null {
  if (!(error instanceof Error && 'path' in error && 'code' in error)) return null;
  return new DatabaseProblem(
    `\`database.url\` names the file "${error.path}", which cannot be read: ${error.code}`,
  );
}

function notAnAddress(): DatabaseProblem {
  return new DatabaseProblem(
    '`database.url` is not a PostgreSQL address. It looks like postgres://user:password@host:5432/database, with special characters of the password percent-encoded.',
  );
}

/** As the driver understands the address. */
export function placeOf(url: string): Place {
  const { host, port, user, database } = newClient(url);
  const server = host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : `${host}:${port}`;
  return { server, user: user ?? '', database: database ?? '' };
}

async function refuseOldServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string; number: number }>(
    "SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number",
  );
  const [server] = rows;
  if (server && server.number < oldestVersion) {
    throw new DatabaseProblem(
      `PostgreSQL ${server.version} is too old: Gatehouse needs version 14 or newer. Upgrade the server.`,
    );
  }
}
