/** Nothing in the configuration is overridden by the environment; a variable that looks as if is pointed out. */
import { suggestion } from '../source/did-you-mean.ts';
import { quote } from '../source/problem.ts';
import type { Report } from '../source/report.ts';
import type { Environment } from '../source/resolve-secrets.ts';

const read = ['GATEHOUSE_ADMIN_PASSWORD', 'GATEHOUSE_CONFIG'];

/** Kubernetes sets these in every pod beside a Service that is named `gatehouse`. */
const byKubernetes = /^GATEHOUSE_(SERVICE|PORT)(_|$)/;

export function warnOfVariables(env: Environment, named: ReadonlySet<string>, report: Report): void {
  for (const name of Object.keys(env).sort()) {
    if (!name.startsWith('GATEHOUSE_') || byKubernetes.test(name)) continue;
    if (read.includes(name) || named.has(name)) continue;
    report.warning([], `the environment variable ${quote(name)} is not read${suggestion(name, read)}`);
  }
}
