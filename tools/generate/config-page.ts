/** `docs/config.md`: every option, by section, from the schema. */
import {
  type AnyConnectorDefinition,
  connectorJsonSchema,
  type JsonSchema,
  properties,
  sectionsJsonSchema,
} from '@gatehouse/config';
import { clientsProse, introduction, signInProse, storageProse, usersProse } from './config-prose.ts';
import { anchor, code, generatedNote, table } from './markdown.ts';
import { type Option, options } from './options.ts';

interface Chapter {
  readonly heading: string;
  readonly keys: readonly string[];
  /** What a table cannot say; stands before the tables. */
  readonly prose?: string;
}

/** In the order in which somebody sets up a broker. Options that stand alone are gathered under a heading. */
const chapters: readonly Chapter[] = [
  { heading: 'The broker', keys: ['issuer', 'insecureHttpIssuer', 'demo', 'plugins'] },
  { heading: 'The network', keys: ['listen', 'trustedProxies', 'allowedOrigins', 'outgoing'] },
  { heading: 'Storage', keys: ['database', 'seal'], prose: storageProse },
  { heading: 'Ways to sign in', keys: ['connectors'], prose: signInProse },
  { heading: 'Accounts of its own', keys: ['users', 'firstUser'], prose: usersProse },
  { heading: 'Clients', keys: ['clients'], prose: clientsProse },
  { heading: 'What is issued', keys: ['signing', 'tokens', 'sessions'] },
  { heading: 'Limits', keys: ['limits'] },
  { heading: 'Looks and logs', keys: ['branding', 'log'] },
];

export function configPage(definitions: readonly AnyConnectorDefinition[]): string {
  const sections = properties(sectionsJsonSchema());
  assertComplete(Object.keys(sections));
  const body = chapters.map(({ heading, keys, prose = '' }) => {
    const parts = keys.map((key) => section(key, sections[key] ?? {}));
    const types = keys.includes('connectors') ? definitions.map(connectorType) : [];
    return [`## ${heading}`, prose, ...mergeLone(parts), ...types].filter(Boolean).join('\n\n');
  });
  return `${[generatedNote, introduction, contents(definitions), ...body].join('\n\n')}\n`;
}

/** A new section that nobody gave a place would be missing from the page. */
function assertComplete(keys: readonly string[]): void {
  const placed = chapters.flatMap((chapter) => chapter.keys);
  const missing = keys.filter((key) => !placed.includes(key));
  const gone = placed.filter((key) => !keys.includes(key));
  if (missing.length > 0 || gone.length > 0) {
    throw new Error(`tools/generate/config-page.ts: no place for ${missing}; no such section: ${gone}`);
  }
}

type Part = { readonly lone: readonly Option[] } | { readonly text: string };

function section(key: string, schema: JsonSchema): Part {
  const within = options({ properties: { [key]: schema } });
  const [own, ...rest] = within;
  if (rest.length === 0)
    return { lone: key === 'issuer' && own ? [{ ...own, fallback: '**required**' }] : within };
  const title = schema.type === 'array' ? `${key}[]` : key;
  const meaning = String(schema.description ?? '');
  const start = title.length + 1;
  const rows = rest.map((option) => ({ ...option, name: option.name.slice(start) }));
  return { text: [`### ${code(title)}`, meaning, optionTable(rows)].join('\n\n') };
}

/** One table for the options that have no section of their own, where the first of them stands. */
function mergeLone(parts: readonly Part[]): readonly string[] {
  const lone = parts.flatMap((part) => ('lone' in part ? part.lone : []));
  const texts = parts.flatMap((part) => ('text' in part ? part.text : []));
  return lone.length === 0 ? texts : [optionTable(lone), ...texts];
}

function connectorType(definition: AnyConnectorDefinition): string {
  const rows = options(connectorJsonSchema(definition));
  const heading = `### ${code('config')} of ${code(`type: ${definition.type}`)}`;
  return [heading, `${definition.title}.`, optionTable(rows)].join('\n\n');
}

function optionTable(rows: readonly Option[]): string {
  const cells = rows.map(({ name, type, fallback, meaning }) => [code(name), type, fallback, meaning]);
  return table(['option', 'type', 'default', 'meaning'], cells);
}

function contents(definitions: readonly AnyConnectorDefinition[]): string {
  const entry = (heading: string, keys: readonly string[]) =>
    `- [${heading}](${anchor(heading)}): ${keys.map(code).join(', ')}`;
  const types = definitions
    .map(({ type }) => `[${code(type)}](${anchor(`config of type: ${type}`)})`)
    .join(', ');
  return chapters
    .map(
      ({ heading, keys }) => entry(heading, keys) + (keys.includes('connectors') ? `; types ${types}` : ''),
    )
    .join('\n');
}
