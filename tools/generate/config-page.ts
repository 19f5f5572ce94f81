/** `docs/config.md`: every option, by section, from the schema. */
import {
  type AnyConnectorDefinition,
  connectorJsonSchema,
  type JsonSchema,
  properties,
  sectionsJsonSchema,
} from '@gatehouse/config';
import { anchor, code, generatedNote, table } from './markdown.ts';
import { type Option, options } from './options.ts';

/** In the order in which somebody sets up a broker. Options that stand alone are gathered under a heading. */
const chapters: readonly { readonly heading: string; readonly keys: readonly string[] }[] = [
  { heading: 'The broker', keys: ['issuer', 'insecureHttpIssuer', 'demo', 'plugins'] },
  { heading: 'The network', keys: ['listen', 'trustedProxies', 'allowedOrigins'] },
  { heading: 'Storage', keys: ['database', 'redis', 'seal'] },
  { heading: 'Ways to sign in', keys: ['connectors'] },
  { heading: 'Accounts of its own', keys: ['users', 'firstUser'] },
  { heading: 'Clients', keys: ['clients'] },
  { heading: 'What is issued', keys: ['signing', 'tokens', 'sessions'] },
  { heading: 'Limits', keys: ['limits'] },
  { heading: 'Looks and logs', keys: ['branding', 'log'] },
];

export function configPage(definitions: readonly AnyConnectorDefinition[]): string {
  const sections = properties(sectionsJsonSchema());
  assertComplete(Object.keys(sections));
  const body = chapters.map(({ heading, keys }) => {
    const parts = keys.map((key) => section(key, sections[key] ?? {}));
    const types = keys.includes('connectors') ? definitions.map(connectorType) : [];
    return [`## ${heading}`, ...mergeLone(parts), ...types].join('\n\n');
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

const introduction = `# Configuration

Gatehouse reads one YAML file: \`gatehouse serve --config gatehouse.yaml\`. This is the least that does something:

\`\`\`yaml
# yaml-language-server: $schema=./gatehouse.schema.json
issuer: http://127.0.0.1:5556
connectors:
  - id: local
    type: local
firstUser: { email: admin@example.com, groups: [admins] }
clients:
  - id: kubernetes
    public: true
    native: true
    redirectUris: [http://localhost:8000]
\`\`\`

\`config/simple.yaml\` is a file to start from, \`config/enterprise.yaml\` one with TLS, PostgreSQL and LDAP.

- **Check it before it counts.** \`gatehouse config check\` names every problem at once, with line and column, and warns of what is allowed but unwise. \`gatehouse config show\` prints what is in effect, defaults included, with secrets masked. An unknown key is an error, never ignored.
- **Editors** complete and check the file by its first line above; \`gatehouse config schema\` prints that schema with your plugins in it.
- **Secrets** are never written in the file: \`{ fromEnv: NAME }\` takes one from the environment, \`{ fromFile: path }\` from a file, without the newline at its end. In the \`config\` of a connector any text may be given in this way, and what is a secret there must be.
- **Durations** are \`90s\`, \`10m\`, \`1h30m\`, \`14d\`. **Paths** begin at the folder of the configuration file. **Patterns** for groups are exact names, or have \`*\` for any run of characters.
- **The environment overrides nothing.** Gatehouse reads \`GATEHOUSE_CONFIG\` (which file), \`GATEHOUSE_ADMIN_PASSWORD\` (of \`firstUser\`, when the account is made) and what \`fromEnv\` names.`;
