/**
 * Finds connector packages of third parties, beside the configuration file that names them.
 *
 * What a package exports is checked where the configuration is read, so that a fault has a line and a column.
 */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A package's name, or a file relative to the configuration: never `node:fs`, `data:` or an address. */
const allowed = /^(?:(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*|\.{1,2}\/.+)$/;

/**
 * The default export of the package, unchecked.
 * @throws Error whose message can stand behind the package's name
 */
export async function loadPlugin(name: string, folder: string): Promise<unknown> {
  if (!allowed.test(name)) {
    throw new Error('is neither the name of a package nor a path that begins with ./ or ../');
  }
  const loaded: unknown = await importFrom(folder, name);
  return typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined;
}

/**
 * `import` as it works in a module of that folder. Node has this for modules only, so for this one specifier
 * the parent is replaced. (`require.resolve` would not find packages that offer nothing but `import`.)
 */
async function importFrom(folder: string, name: string): Promise<unknown> {
  const specifier = `gatehouse-plugin:${crypto.randomUUID()}`;
  const parentURL = pathToFileURL(join(folder, 'gatehouse.yaml')).href;
  let found = false;
  const hook = registerHooks({
    resolve(asked, context, next) {
      if (asked !== specifier) return next(asked, context);
      const resolved = next(name, { ...context, parentURL });
      found = true;
      return resolved;
    },
  });
  try {
    return await import(specifier);
  } catch (cause) {
    throw new Error(found ? brokenBecause(cause) : missingBecause(cause, name, folder), { cause });
  } finally {
    hook.deregister();
  }
}

function missingBecause(cause: unknown, name: string, folder: string): string {
  if (codeOf(cause) === 'ERR_PACKAGE_PATH_NOT_EXPORTED') {
    return 'has nothing to import: its package.json needs an `exports` entry for "."';
  }
  if (name.startsWith('.')) return `is not there; the path begins at ${folder}`;
  return `is not installed; run \`npm install ${name}\` in ${folder}`;
}

function brokenBecause(cause: unknown): string {
  if (codeOf(cause) === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING') {
    return 'is published as TypeScript, which Node does not run from node_modules; its author must publish JavaScript';
  }
  const message = cause instanceof Error ? cause.message : 'unknown failure';
  if (codeOf(cause) === 'ERR_MODULE_NOT_FOUND') return `is installed incompletely: ${message}`;
  return `fails while it is loaded: ${message}`;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
