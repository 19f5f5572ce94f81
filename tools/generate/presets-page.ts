/** `docs/connectors/ldap-presets.md`: what each preset of the LDAP connector fills in, asked of its own schema. */
import type { AnyConnectorDefinition } from '@gatehouse/config';
import { code, generatedNote, table } from './markdown.ts';

const titles = {
  'active-directory': 'Active Directory',
  openldap: 'OpenLDAP',
  freeipa: 'FreeIPA',
  '389ds': '389 Directory Server',
  lldap: 'lldap',
} as const;
type PresetName = keyof typeof titles;

const suffix = 'dc=example,dc=com';
type Filled = ReadonlyMap<string, string>;

export async function presetsPage(definition: AnyConnectorDefinition): Promise<string> {
  const names = Object.keys(titles) as PresetName[];
  const columns = await Promise.all([undefined, ...names].map((name) => filledIn(definition, name)));
  const [plain] = columns;
  const rows = [...new Set(columns.toReversed().flatMap((values) => [...values.keys()]))]
    .filter((option) => columns.some((values) => values.get(option) !== plain?.get(option)))
    .map((option) => [option, ...columns.map((values) => values.get(option) ?? '')]);
  const pages = names.map((name) => `[${titles[name]}](${name}.md)<br>${code(name)}`);
  return `${[generatedNote, introduction, table(['option', 'no preset', ...pages], rows)].join('\n\n')}\n`;
}

/** With groups in the way that the preset chooses, and as `groupSearch`. */
async function filledIn(definition: AnyConnectorDefinition, preset?: PresetName): Promise<Filled> {
  const people = { baseDn: `ou=people,${suffix}`, ...(preset === undefined && { username: 'uid' }) };
  const least = { host: 'ldap.example.com', userSearch: people, ...(preset && { preset }) };
  const { userSearch, attributes, memberOf, tokenGroups } = await resolved(definition, least);
  const { groupSearch } = await resolved(definition, {
    ...least,
    groupSearch: { baseDn: `ou=groups,${suffix}` },
  });
  const way = tokenGroups ? 'tokenGroups' : memberOf ? 'memberOf' : undefined;
  return new Map([
    ...leaves({ userSearch, attributes }),
    ...(preset === undefined ? [[code('userSearch.username'), '**required**'] as const] : []),
    ['groups', way === undefined ? `none without ${code('groupSearch')}` : `by ${code(way)}`],
    ...leaves({ tokenGroups: placeOf(tokenGroups), memberOf: placeOf(memberOf), groupSearch }),
  ]);
}

/** The rest is the same with every preset. */
function placeOf(way: unknown): object | undefined {
  if (typeof way !== 'object' || way === null) return undefined;
  const { baseDn, filter, nameAttribute } = way as Record<string, unknown>;
  return { baseDn, filter, nameAttribute };
}

async function resolved(
  definition: AnyConnectorDefinition,
  config: object,
): Promise<Record<string, unknown>> {
  const read = await definition.config['~standard'].validate(config);
  if (read.issues !== undefined) throw new Error(`tools/generate: ${JSON.stringify(read.issues)}`);
  return read.value as Record<string, unknown>;
}

/** `a.b` and its value, as text; lists are one cell. */
function leaves(value: object, path = ''): (readonly [string, string])[] {
  return Object.entries(value).flatMap(([key, below]) => {
    const name = path === '' ? key : `${path}.${key}`;
    if (below === undefined) return [];
    if (typeof below === 'object' && !Array.isArray(below)) return leaves(below, name);
    return [[code(name), shown(below)] as const];
  });
}

function shown(value: unknown): string {
  return [value].flat().map(matcher).join(', ');
}

function matcher(value: unknown): string {
  if (typeof value !== 'object' || value === null) return code(String(value));
  const { userAttribute, groupAttribute } = value as Record<string, string>;
  return `${code(String(userAttribute))} in ${code(String(groupAttribute))}`;
}

const introduction = `# What the presets of \`type: ldap\` fill in

\`preset:\` says what kind of directory it is. It fills in what you leave out and never changes what you write; \`gatehouse config show\` prints what came of it. The table is for people below \`ou=people,${suffix}\`.

Groups: \`memberOf\` or \`tokenGroups\` is used where you write no way to find groups. \`groupSearch\` is filled in where you write its \`baseDn\`, since where groups are only you know.`;
