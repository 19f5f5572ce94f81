/**
 * Holds the played GitHub to GitHub's own description of its API: each question and each answer goes through a proxy
 * that refuses what the description does not allow.
 *
 * The whole description has 13 MB; the proxy gets the operations that a sign-in uses, with all they refer to.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../free-port.ts';
import { endServer, launchServer } from '../../server-process.ts';
import type { FakeGithubOptions } from './fake-github.ts';

const folder = join(import.meta.dirname, 'description');
const packages = join(folder, 'node_modules');

/** GitHub's names of the files: github.com, and a version of Enterprise Server. */
export type Edition = 'api.github.com' | 'ghes-3.19';

const operations: Readonly<Record<string, 'get' | 'post'>> = {
  '/user': 'get',
  '/user/emails': 'get',
  '/user/orgs': 'get',
  '/user/teams': 'get',
  '/user/memberships/orgs/{org}': 'get',
  '/user/{account_id}': 'get',
  '/orgs/{org}': 'get',
  '/orgs/{org}/teams/{team_slug}': 'get',
  '/applications/{client_id}/token': 'post',
};

/** @returns what `startFakeGithub` takes as `validator` */
export function heldTo(edition: Edition): NonNullable<FakeGithubOptions['validator']> {
  return async (api) => {
    const temporary = await mkdtemp(join(tmpdir(), 'gatehouse-github-'));
    const file = join(temporary, 'description.json');
    await writeFile(file, JSON.stringify(await excerpt(edition)));
    const port = await freePort();
    const prism = join(packages, '@stoplight/prism-cli/dist/index.js');
    const command = [process.execPath, prism, 'proxy', '--errors', '--port', String(port), file, api];
    const server = await launchServer({ command, host: '127.0.0.1', port });
    return {
      url: `http://127.0.0.1:${port}`,
      stop: async () => {
        await endServer(server, 'SIGKILL');
        await rm(temporary, { recursive: true });
      },
    };
  };
}

type Tree = { readonly [key: string]: unknown };

/**
 * What GitHub's description says of one member of a webhook: `type` where it is there.
 * @param name as there: `membership-removed`
 * @param path of members, from the payload on
 */
export async function webhookMember(
  edition: Edition,
  name: string,
  path: readonly string[],
): Promise<Webhook> {
  const whole = await description(edition);
  const post = at(whole, whole, ['x-webhooks', name, 'post']);
  const payload = at(whole, post, ['requestBody', 'content', 'application/json', 'schema']);
  const member = path.reduce((node, key) => at(whole, node, ['properties', key]), payload);
  const headers = post?.parameters as
    | readonly { readonly name: string; readonly example: unknown }[]
    | undefined;
  return {
    event: headers?.find((header) => header.name.toLowerCase() === 'x-github-event')?.example,
    type: member?.type,
  };
}

export interface Webhook {
  /** The value of the header `X-GitHub-Event`. */
  readonly event: unknown;
  readonly type: unknown;
}

function at(whole: Tree, from: Tree | undefined, path: readonly string[]): Tree | undefined {
  let node = from;
  for (const key of path) node = dereferenced(whole, node?.[key]);
  return node;
}

function dereferenced(whole: Tree, node: unknown): Tree | undefined {
  if (typeof node !== 'object' || node === null) return undefined;
  if (!('$ref' in node)) return node as Tree;
  return at(whole, whole, String(node.$ref).slice(2).split('/'));
}

async function description(edition: Edition): Promise<Tree> {
  return JSON.parse(await readFile(join(packages, `@octokit/openapi/generated/${edition}.json`), 'utf8'));
}

async function excerpt(edition: Edition): Promise<Tree> {
  const whole = await description(edition);
  const paths = Object.fromEntries(
    Object.entries(operations).map(([path, method]) => {
      const operation = ((whole.paths as Tree)[path] as Tree | undefined)?.[method];
      if (operation === undefined) throw new Error(`${edition} does not describe ${method} ${path}`);
      return [path, { [method]: operation }];
    }),
  );
  const components: Record<string, Record<string, unknown>> = {};
  collect(paths, whole.components as Readonly<Record<string, Tree>>, components);
  return { openapi: whole.openapi, info: whole.info, paths, components };
}

/** Everything that `node` refers to, and what that refers to. */
function collect(
  node: unknown,
  from: Readonly<Record<string, Tree>>,
  into: Record<string, Record<string, unknown>>,
): void {
  if (typeof node !== 'object' || node === null) return;
  const [, kind = '', name = ''] =
    /^#\/components\/([^/]+)\/(.+)$/.exec('$ref' in node ? String(node.$ref) : '') ?? [];
  if (name !== '' && into[kind]?.[name] === undefined) {
    into[kind] = { ...into[kind], [name]: from[kind]?.[name] };
    collect(from[kind]?.[name], from, into);
  }
  for (const child of Object.values(node)) collect(child, from, into);
}
