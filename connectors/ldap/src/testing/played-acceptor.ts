/** Stands in for `acceptor-process.ts`: the ticket says what becomes of the process. */
import type { Question } from '../kerberos/acceptor.ts';

process.on('disconnect', () => process.exit());
process.on('message', ({ id, service, token = '' }: Question) => {
  const ticket = Buffer.from(token, 'base64').toString();
  if (ticket === 'crash') process.kill(process.pid, 'SIGSEGV');
  else if (ticket === 'missing') process.send?.({ id, missing: "Cannot find module 'kerberos'\n at …" });
  else if (ticket === 'environment')
    process.send?.({ id, principal: Object.keys(process.env).sort().join() });
  else if (ticket !== 'hang') process.send?.({ id, principal: `${ticket} at ${service}` });
});
