/** Stands in for `acceptor-process.ts`: the ticket says what becomes of the process. */
import type { Question } from '../kerberos/acceptor.ts';

// The end of a process may be known a moment after that of its channel.
process.on('disconnect', () => setTimeout(() => process.exit(), 20));
process.on('message', ({ id, service, token = '' }: Question) => {
  const ticket = Buffer.from(token, 'base64').toString();
  if (ticket === 'crash') process.kill(process.pid, 'SIGSEGV');
  else if (ticket === 'leave') process.disconnect();
  else if (ticket === 'missing') process.send?.({ id, missing: "Cannot find module 'kerberos'\n at …" });
  else if (ticket === 'environment') process.send?.({ id, principal: JSON.stringify(process.env) });
  else if (ticket !== 'hang') process.send?.({ id, principal: `${ticket} at ${service}` });
});
