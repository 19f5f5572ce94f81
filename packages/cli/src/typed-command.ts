/**
 * How the commands that our advice names are typed here: in a checkout there is no `gatehouse` on the PATH, and what is
 * copied from an error has to work.
 */
const ours =
  /\bgatehouse (?=(serve|migrate|config|connector|user|keys|hash-password|dev-certificate|version)\b)/g;

export const inCheckout = 'npm run -s gatehouse --';

/** npm names the package whose script runs us. */
export function runsInCheckout(env: NodeJS.ProcessEnv): boolean {
  return env.npm_package_name === 'gatehouse';
}

export function asTyped(text: string, env: NodeJS.ProcessEnv): string {
  return runsInCheckout(env) ? text.replace(ours, `${inCheckout} `) : text;
}
