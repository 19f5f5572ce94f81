/** An error as the log shows it: what happened, and the chain of what caused it. */

export interface Cause {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}

const deepest = 8;

/** The stack is kept for the outermost error that nobody expected; the rest are said in a line each. */
export function causes(error: unknown): readonly Cause[] {
  const chain: Cause[] = [];
  for (let link = error; link !== undefined && link !== null && chain.length < deepest; ) {
    chain.push(describe(link));
    link = link instanceof Error ? link.cause : undefined;
  }
  return chain;
}

function describe(link: unknown): Cause {
  if (!(link instanceof Error)) return { name: typeof link, message: String(link).slice(0, 500) };
  const code = 'code' in link && typeof link.code === 'string' ? { code: link.code } : {};
  // What the system refused has a stack of Node's own, which says nothing of us.
  const known = link.name === 'BrokerError' || link.name === 'ConnectorError' || 'syscall' in link;
  const stack = known || link.stack === undefined ? {} : { stack: link.stack };
  return { name: link.name, message: link.message.slice(0, 2_000), ...code, ...stack };
}
