/** Groups from Microsoft Graph, nested ones included, page by page to the end. */
import { ConnectorError } from '@gatehouse/connector-kit';
import { placeOf } from '@gatehouse/oauth-upstream';
import { z } from 'zod';
import type { OidcConfig } from '../config.ts';
import { getJson } from '../get-json.ts';
import { forbidden } from './forbidden.ts';
import type { GroupQuestion } from './groups-besides.ts';

type Graph = NonNullable<OidcConfig['graph']>;

/** 999 groups a page; Entra allows some thousand memberships. */
const mostPages = 50;

const page = z.object({
  value: z.array(
    z.object({
      id: z.string().min(1),
      displayName: z.string().nullish(),
      securityEnabled: z.boolean().nullish(),
    }),
  ),
  '@odata.nextLink': z.string().optional(),
});
type Group = z.output<typeof page>['value'][number];

export async function askGraph(
  { provider, tokens, call }: GroupQuestion,
  graph: Graph,
): Promise<readonly string[]> {
  const headers = { authorization: `Bearer ${tokens.accessToken}` };
  const found: Group[] = [];
  let next: URL | undefined = firstPage(graph);
  for (let pages = 0; next !== undefined; pages += 1) {
    if (pages === mostPages) throw incomplete(`has more than ${mostPages} pages of groups`);
    const answer: z.output<typeof page> = await getJson(provider.host, {
      url: next,
      headers,
      form: page,
      forbidden,
      call,
    });
    found.push(...answer.value);
    next = nextPage(answer['@odata.nextLink'], graph);
  }
  const counted = found.filter((group) => counts(group, graph));
  const names = [...new Set(counted.map((group) => nameOf(group, graph)))];
  const leftOut = found.filter((group) => !counted.includes(group)).map(({ id }) => id);
  call.trace.step('groups at Microsoft Graph', { groups: names, leftOut });
  return names;
}

function firstPage({ url }: Graph): URL {
  const first = new URL('/v1.0/me/transitiveMemberOf/microsoft.graph.group', url);
  first.searchParams.set('$select', 'id,displayName,securityEnabled');
  first.searchParams.set('$top', '999');
  return first;
}

/** Attack: a link that carries the access token to another host. */
function nextPage(link: string | undefined, { url }: Graph): URL | undefined {
  if (link === undefined) return undefined;
  const next = URL.parse(link);
  if (next?.origin === new URL(url).origin) return next;
  throw incomplete(`names a next page at ${next === null ? 'no address' : placeOf(next)}`);
}

/** The attack: without the right to read them Graph sends groups with nothing in them, and a filter drops them all. */
function counts({ securityEnabled }: Group, { securityGroupsOnly }: Graph): boolean {
  if (!securityGroupsOnly) return true;
  if (typeof securityEnabled !== 'boolean') throw notShown();
  return securityEnabled;
}

function nameOf({ id, displayName }: Group, { name }: Graph): string {
  if (name === 'id') return id;
  if (typeof displayName === 'string' && displayName !== '') return displayName;
  throw notShown();
}

function notShown(): ConnectorError {
  const reason =
    'Microsoft Graph does not show what groups are; consent to GroupMember.Read.All for this application';
  return new ConnectorError('misconfigured', { reason });
}

function incomplete(what: string): ConnectorError {
  return new ConnectorError('unavailable', {
    reason: `Microsoft Graph ${what}: the groups are not complete`,
  });
}
