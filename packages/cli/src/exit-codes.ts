/** How `gatehouse` ends. Scripts depend on these numbers: they never change their meaning. */
export const exitCodes = {
  ok: { code: 0, meaning: 'Done.' },
  failed: { code: 1, meaning: 'It did not work; the message says why.' },
  usage: { code: 2, meaning: 'The command line is not understood.' },
  configuration: { code: 3, meaning: 'The configuration has problems; each is listed with its line.' },
  database: { code: 4, meaning: 'The database cannot be reached or used.' },
  check: { code: 5, meaning: 'A check ran to its end and found something wrong.' },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly meaning: string }>>;

export type ExitName = keyof typeof exitCodes;

export function exitCode(name: ExitName): number {
  return exitCodes[name].code;
}
