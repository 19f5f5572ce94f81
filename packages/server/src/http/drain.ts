/** Ends a server without losing a request that it has begun. */
import type { Server, ServerResponse } from 'node:http';
import type { Log } from '@gatehouse/connector-kit';

/** Milliseconds between two looks for connections that have become idle. */
const idleCheck = 50;

/** Returns when the last connection is closed; when `hurry` is aborted those that are left are cut off. */
export async function drain(server: Server, hurry: AbortSignal, log: Log): Promise<void> {
  // A request that still comes in over an open connection is answered, and told that it was the last.
  server.prependListener('request', (_, response: ServerResponse) =>
    response.setHeader('Connection', 'close'),
  );
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const idle = setInterval(() => server.closeIdleConnections(), idleCheck);
  const cutOff = () => {
    log.warn({}, 'requests cut off at shutdown');
    server.closeAllConnections();
  };
  if (hurry.aborted) cutOff();
  hurry.addEventListener('abort', cutOff, { once: true });
  try {
    await closed;
  } finally {
    clearInterval(idle);
    hurry.removeEventListener('abort', cutOff);
  }
}
