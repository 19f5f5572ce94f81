/** Options that weaken security say so in their name; whoever starts the broker is told which are in use. */
import type { Path } from '../source/problem.ts';
import type { Report } from '../source/report.ts';
import { isObject } from '../source/resolve-secrets.ts';

export function warnOfWeakOptions(value: unknown, report: Report, path: Path = []): void {
  const entries = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : [];
  for (const [key, item] of entries) {
    const at = [...path, key];
    if (typeof key === 'string' && /^insecure[A-Z]/.test(key) && item !== false) {
      report.warning(at, 'weakens security, as its name says');
    }
    warnOfWeakOptions(item, report, at);
  }
}
