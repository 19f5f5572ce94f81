/** Before the ring `kerberos`: the native library, which an ordinary install leaves out. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export default function setup(): void {
  try {
    createRequire(join(root, 'connectors/ldap/package.json'))('kerberos');
  } catch {
    execFileSync('npm', ['run', 'kerberos'], { cwd: root, stdio: 'inherit' });
  }
}
