/** Whether an organisation of the configuration is the one that is meant. */
import { type Call, type Check, discard, fetchFailed, readJson } from '@gatehouse/connector-kit';
import { apiHeaders } from '../api/ask.ts';
import { readAs } from '../api/read-as.ts';
import { account } from '../api/shapes.ts';
import type { ListedOrg } from '../config.ts';
import { basic } from '../oauth/known-token.ts';
import { below } from '../places.ts';
import type { Upstream } from '../upstream.ts';
import { attempt } from './attempt.ts';

export function checkOrg(upstream: Upstream, org: ListedOrg, call: Call): Promise<Check> {
  const name = `organisation ${org.name}`;
  return attempt(name, upstream, async () => {
    const response = await askForOrg(upstream, org, call);
    if (response.status === 200)
      return judge(name, org, readAs(account, await readJson(response, name), name).id);
    await discard(response);
    return { name, ok: false, ...missing(response.status) };
  });
}

function askForOrg(upstream: Upstream, { name }: ListedOrg, { signal }: Call): Promise<Response> {
  const headers = { ...apiHeaders, authorization: basic(upstream) };
  const address = below(upstream.api, `/orgs/${encodeURIComponent(name)}`);
  return upstream.host.fetch(address, { headers, signal, redirect: 'manual' }).catch((error: unknown) => {
    throw fetchFailed(error, "GitHub's API");
  });
}

function judge(name: string, org: ListedOrg, id: number): Check {
  const detail = `number ${id}`;
  if (org.id === id) return { name, ok: true, detail };
  if (org.id === undefined) {
    const advice = `Write \`id: ${id}\` beside its name: whoever takes the name after a rename is then another organisation.`;
    return { name, ok: true, detail, advice };
  }
  const advice = `The organisation of this name is not number ${org.id}: the one that is meant was renamed, and somebody else has its name. Find out before you change the number.`;
  return { name, ok: false, detail, advice };
}

function missing(status: number): { readonly detail: string; readonly advice: string } {
  if (status === 301) {
    return { detail: 'it has been renamed', advice: 'Write its new name, as in the address of its page.' };
  }
  if (status === 404) {
    const advice =
      'Write the name as in the address of its page: https://github.com/example. Was it renamed or deleted?';
    return { detail: 'GitHub shows no organisation of this name', advice };
  }
  return { detail: `GitHub answered with status ${status}`, advice: 'Try again.' };
}
