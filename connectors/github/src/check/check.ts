/** What can be proved without a person: the app is known, GitHub answers, the organisations are there. */
import type { Call, Check } from '@gatehouse/connector-kit';
import type { GithubConfig, ListedOrg } from '../config.ts';
import { isTokenKnown } from '../oauth/known-token.ts';
import { askForTokens } from '../oauth/token-endpoint.ts';
import type { Upstream } from '../upstream.ts';
import { attempt } from './attempt.ts';
import { checkOrg } from './orgs.ts';

export async function check(upstream: Upstream, call: Call): Promise<readonly Check[]> {
  const { config } = upstream;
  const first = [kindOfApp(config), await page(upstream, call), await api(upstream, call)];
  if (first.some(({ ok }) => !ok)) return first;
  const orgs: Check[] = [];
  for (const org of config.orgs ?? []) orgs.push(await checkOrg(upstream, org, call));
  return [...first, whoMaySignIn(upstream), ...orgs];
}

/** Client IDs of GitHub Apps begin with `Iv`; those of OAuth apps with `Ov`, and the older ones are hexadecimal. */
function kindOfApp({ app, clientId }: GithubConfig): Check {
  const name = 'kind of app';
  const detail = app === 'github' ? 'a GitHub App' : 'an OAuth app';
  if (app === 'oauth' && /^Iv/.test(clientId)) {
    const advice = 'The client ID is that of a GitHub App: write `app: github`.';
    return { name, ok: false, detail: `configured as ${detail}`, advice };
  }
  if (app === 'github' && /^(?:Ov|[0-9a-f]{20}$)/.test(clientId)) {
    const advice =
      'The client ID is that of an OAuth app: leave `app` out. That of a GitHub App begins with "Iv".';
    return { name, ok: false, detail: `configured as ${detail}`, advice };
  }
  return { name, ok: true, detail };
}

/** A code that nobody was given: refused as such to an app that is known, and otherwise to begin with. */
async function page(upstream: Upstream, call: Call): Promise<Check> {
  const name = `client ID and client secret at ${upstream.web.host}`;
  return attempt(name, upstream, async () => {
    const answer = await askForTokens(upstream, { code: 'gatehouse-connector-check' }, call);
    if ('error' in answer && answer.error === 'bad_verification_code') return { name, ok: true };
    const detail =
      'error' in answer ? `GitHub answered: ${answer.error}` : 'GitHub took a code that was made up';
    return {
      name,
      ok: false,
      detail,
      advice: 'Open the page of the app at GitHub: is it suspended, or deleted?',
    };
  });
}

async function api(upstream: Upstream, call: Call): Promise<Check> {
  const name = `API at ${upstream.api.host}${upstream.api.pathname.replace(/\/$/, '')}`;
  return attempt(name, upstream, async () => {
    const known = await isTokenKnown(upstream, 'gatehouse-connector-check', call);
    if (!known) return { name, ok: true };
    return {
      name,
      ok: false,
      detail: 'it calls a token valid that was made up',
      advice: 'Is this really GitHub?',
    };
  });
}

function whoMaySignIn({ config, web }: Upstream): Check {
  const name = 'who may sign in';
  if (config.orgs !== undefined) {
    const detail = `members of ${config.orgs.map(orgInWords).join(', ')}`;
    // Only a person's token shows it, and `check` has none.
    return { name, ok: true, detail: `${detail}; the first sign-in shows whether each has let the app in` };
  }
  const detail = `everybody who has an account at ${web.host}`;
  return { name, ok: true, detail, advice: 'List the organisations under `orgs`, or set `rules.require`.' };
}

function orgInWords({ name, teams }: ListedOrg): string {
  if (teams === undefined) return name;
  return `${name} in ${teams.map((team) => `"${team.name}"`).join(' or ')}`;
}
