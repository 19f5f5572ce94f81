/** A line of `gatehouse connector check`: whether tickets could be checked at all. */
import type { Check } from '@gatehouse/connector-kit';
import { attempt } from '../check/attempt.ts';
import type { Kerberos } from '../config.ts';
import type { Acceptor } from './acceptor.ts';

export function checkTickets(acceptor: Acceptor, { keytab, service }: Kerberos): Promise<Check> {
  return attempt(
    'kerberos',
    async () => {
      await acceptor.prove();
      return { detail: `${keytab} has a key of ${service}` };
    },
    (failure) =>
      /library/.test(failure)
        ? 'Until then everybody types a password: tickets are left alone.'
        : 'Try it as the account that Gatehouse runs as: that one has to be able to read the keytab.',
  );
}
