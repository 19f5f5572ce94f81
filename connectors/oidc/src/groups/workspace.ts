/** Groups from the Directory API of Google Workspace, asked by a service account in the name of an administrator. */
import { type Call, ConnectorError } from '@gatehouse/connector-kit';
import { failureOf, textAt, upstreamFetch } from '@gatehouse/oauth-upstream';
import { importPKCS8, SignJWT } from 'jose';
import * as client from 'openid-client';
import { z } from 'zod';
import type { OidcConfig } from '../config.ts';
import { getJson } from '../get-json.ts';
import type { Provider } from '../provider.ts';
import { forbidden } from './forbidden.ts';
import type { GroupQuestion } from './groups-besides.ts';

type Workspace = NonNullable<OidcConfig['workspaceGroups']>;

const scope = 'https://www.googleapis.com/auth/admin.directory.group.readonly';
const grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

/** Bounds the questions that one sign-in can cause. */
const mostGroups = 2_000;

const page = z.object({
  groups: z.array(z.object({ email: z.string().min(1) })).default([]),
  nextPageToken: z.string().min(1).optional(),
});

interface Reader {
  readonly provider: Provider;
  readonly workspace: Workspace;
  readonly headers: Readonly<Record<string, string>>;
  readonly call: Call;
}

export async function askWorkspace(
  { provider, tokens, claims, call }: GroupQuestion,
  workspace: Workspace,
): Promise<readonly string[]> {
  const admin = adminFor(textAt(claims, 'hd')?.toLowerCase() ?? '', workspace);
  const token = await accessToken(provider, workspace, admin, call);
  const reader = { provider, workspace, headers: { authorization: `Bearer ${token}` }, call };
  const found = new Set(await groupsOf(reader, tokens.sub));
  // A set goes on to the end while it grows, and has each group once: circles of groups end.
  if (workspace.nested) {
    for (const group of found) {
      for (const above of await groupsOf(reader, group)) found.add(above);
      if (found.size > mostGroups) throw incomplete(`more than ${mostGroups} groups`);
    }
  }
  call.trace.step('groups at Google Workspace', { groups: [...found] });
  return [...found];
}

function adminFor(domain: string, { admins }: Workspace): string {
  const admin = Object.hasOwn(admins, domain) ? admins[domain] : admins['*'];
  if (admin !== undefined) return admin;
  const reason = `\`workspaceGroups.admins\` names nobody for the domain ${JSON.stringify(domain)}`;
  throw new ConnectorError('misconfigured', { reason });
}

/** All pages of the groups that a person (by `sub`) or a group (by address) is directly in. */
async function groupsOf(
  { provider, workspace, headers, call }: Reader,
  member: string,
): Promise<readonly string[]> {
  const found: string[] = [];
  const url = new URL('/admin/directory/v1/groups', workspace.url);
  url.searchParams.set('userKey', member);
  url.searchParams.set('maxResults', '200');
  for (;;) {
    const answer = await getJson(provider.host, { url, headers, form: page, forbidden, call });
    found.push(...answer.groups.map(({ email }) => email));
    if (answer.nextPageToken === undefined) return found;
    if (found.length > mostGroups) throw incomplete(`more than ${mostGroups} groups`);
    url.searchParams.set('pageToken', answer.nextPageToken);
  }
}

const serviceAccount = z.object({
  client_email: z.email(),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1),
  token_uri: z.url(),
});
type ServiceAccount = z.output<typeof serviceAccount>;

async function accessToken(
  provider: Provider,
  workspace: Workspace,
  admin: string,
  call: Call,
): Promise<string> {
  const account = readServiceAccount(workspace);
  const opened = new client.Configuration(
    { issuer: provider.config.issuer, token_endpoint: account.token_uri },
    account.client_email,
    {},
    // Only the assertion says who we are (RFC 7523, section 2.1).
    () => undefined,
  );
  opened[client.customFetch] = upstreamFetch(provider.host, call);
  if (provider.config.plainHttp) client.allowInsecureRequests(opened);
  const assertion = await signed(account, admin, provider.host.now());
  try {
    return (await client.genericGrantRequest(opened, grantType, { assertion })).access_token;
  } catch (error) {
    const asked = `Google, for a token of ${account.client_email} in the name of ${admin},`;
    const failure = failureOf(error, { asked, secrets: [assertion] });
    if (failure.code !== 'bad_response' && failure.code !== 'denied') throw failure;
    // It is about the service account; "denied" would be said of the person.
    throw new ConnectorError('misconfigured', {
      reason: `${failure.message}: is it allowed domain-wide delegation?`,
    });
  }
}

function readServiceAccount(workspace: Workspace): ServiceAccount {
  try {
    return serviceAccount.parse(JSON.parse(workspace.serviceAccount));
  } catch {
    // Without the cause: a parser's message quotes what it read.
    const reason = '`workspaceGroups.serviceAccount` is not the JSON key file of a service account';
    throw new ConnectorError('misconfigured', { reason });
  }
}

async function signed(account: ServiceAccount, admin: string, now: Date): Promise<string> {
  const seconds = Math.floor(now.getTime() / 1000);
  const key = await importPKCS8(account.private_key, 'RS256').catch(() => {
    throw new ConnectorError('misconfigured', {
      reason: 'the `private_key` of the service account cannot be read',
    });
  });
  return await new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: account.private_key_id })
    .setIssuer(account.client_email)
    .setSubject(admin)
    .setAudience(account.token_uri)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 300)
    .sign(key);
}

function incomplete(what: string): ConnectorError {
  return new ConnectorError('unavailable', {
    reason: `Google Workspace names ${what}: the groups are not complete`,
  });
}
