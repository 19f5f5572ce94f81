/** Ends a server without losing a request that it has begun. */
import type { Server, ServerResponse } from 'node:http';
import type { Log } from '@gatehouse/connector-kit';

/** Milliseconds between two looks for connections that have become idle. */
const idleCheck = 50;

/** Returns when the last connection is closed; after `deadline` milliseconds those that are left are cut off. */
export async function drain(server: Server, deadline: number, log: Log): Promise<void> {
  // A request that still comes in over an open connection is answered, and told that it was the last.
  server.prependListener('request', (_, response: ServerResponse) =>
    response.setHeader('Connection', 'close'),
  );
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), idleCheck);
  const late = setTimeout(() => {
    log.warn({ deadline }, 'requests cut off at shutdown');
    server.closeAllConnections();
  }, deadline);
  try {
    await closed;
  } finally {
    clearInterval(idle);
    clearTimeout(late);
  }
}
