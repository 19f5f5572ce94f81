/** "While no other process can": transaction-scoped advisory locks, which poolers leave alone. */
import type { Database, Transaction } from '../database/database.ts';
import type { Statement } from '../database/statement.ts';

/** Any constants will do, as long as every version of the broker uses the same. */
const locks = { signingKeys: 7_164_298_372, secrets: 7_164_298_373 } as const;

const lock: Statement = { name: 'exclusive_lock', text: 'SELECT pg_advisory_xact_lock($1)' };

export async function exclusively<T>(
  database: Database,
  what: keyof typeof locks,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return await database.transaction(async (transaction) => {
    await transaction.query(lock, locks[what]);
    return await work(transaction);
  });
}
