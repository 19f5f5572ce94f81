/** Reads what each source file imports; the compiler is not needed for that. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Import {
  /** Relative to the repository. */
  readonly file: string;
  readonly specifier: string;
  /** Gone when the program runs. */
  readonly typeOnly: boolean;
}

/** All that runs in production; tests may reach further. */
export function productionSources(): readonly string[] {
  return globSync('{packages,connectors}/*/src/**/*.ts', { cwd: root }).filter(
    (file) => !file.endsWith('.test.ts') && !/^connectors\/[^/]+\/src\/testing\//.test(file),
  );
}

/**
 * `import 'x'`, `import a, { b } from 'x'`, `export * from 'x'`, with or without `type`. A `{ type A }` is no
 * type-only import: with `verbatimModuleSyntax` it still loads the module.
 */
const declaration =
  /^(?:import|export)\s+(?:((?:type\s+)?(?:\*|[\w$]+|\{)[^;'"()=]*?)\sfrom\s+)?['"]([^'"]+)['"]/gm;

export function importsOf(file: string): readonly Import[] {
  return parseImports(file, readFileSync(join(root, file), 'utf8'));
}

export function parseImports(file: string, text: string): readonly Import[] {
  const declared = [...text.matchAll(declaration)].map((match) => ({
    file,
    specifier: match[2] ?? '',
    typeOnly: /^type\s/.test(match[1] ?? ''),
  }));
  const dynamic = [...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)].map((match) => ({
    file,
    specifier: match[1] ?? '',
    typeOnly: false,
  }));
  return [...declared, ...dynamic];
}

/** `packages/core/src/x.ts` is in the room `core`, `connectors/ldap/…` in `connectors/ldap`. */
export function roomOf(file: string): string {
  const [top, name] = file.split('/');
  return top === 'connectors' ? `connectors/${name}` : (name ?? '');
}

/** The package of `@scope/name/sub` or `name/sub`; undefined for a relative path or a part of Node. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}
