/**
 * A process of its own that checks tickets, and knows nothing else: started by `acceptor.ts`, ended with it.
 *
 * MIT's libraries read what strangers send, in C; here they have neither the broker's keys nor its passwords in memory,
 * and a fault ends this process alone. The keytab is a process-wide setting of theirs, so each connector has its own.
 */
import { createRequire } from 'node:module';
import type { Answer, Question } from './acceptor.ts';

type Kerberos = typeof import('kerberos');

const library = load();
process.on('message', (question: Question) => void answer(question));
process.on('disconnect', () => process.exit());

async function answer({ id, service, token }: Question): Promise<void> {
  const said = typeof library === 'string' ? { missing: library } : await ask(library, service, token);
  process.send?.({ id, ...said } satisfies Answer);
}

async function ask(kerberos: Kerberos, service: string, token: string | undefined): Promise<Said> {
  // One for each ticket: a context serves once.
  const server = await kerberos.initializeServer(service).catch(reasonOf);
  if (typeof server === 'string') return { fault: server };
  if (token === undefined) return {};
  const refused = await server.step(token).then(() => undefined, reasonOf);
  if (refused !== undefined) return { refused };
  if (!server.contextComplete || typeof server.username !== 'string') return { refused: 'not in one round' };
  return { principal: server.username, ...(server.response && { reply: server.response }) };
}

type Said = Omit<Answer, 'id'>;

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Or why not: the package is optional, and so are the libraries that it opens. */
function load(): Kerberos | string {
  try {
    return createRequire(import.meta.url)('kerberos') as Kerberos;
  } catch (error) {
    return reasonOf(error);
  }
}
