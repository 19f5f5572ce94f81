/** One line of a check: what was thrown becomes a finding, with what to do about it. */
import { adviceOnFetch, type Check, ConnectorError, HttpFailure } from '@gatehouse/connector-kit';
import type { GithubConfig } from '../config.ts';
import type { Upstream } from '../upstream.ts';

export async function attempt(name: string, { config }: Upstream, run: () => Promise<Check>): Promise<Check> {
  try {
    return await run();
  } catch (error) {
    const detail = error instanceof Error ? error.message : 'unknown failure';
    return { name, ok: false, detail, advice: adviceOn(error, config) };
  }
}

function adviceOn(error: unknown, { host, app }: GithubConfig): string {
  if (HttpFailure.in(error)?.kind === 'certificate') return adviceOnFetch(error) ?? '';
  if (ConnectorError.is(error) && error.code === 'misconfigured') {
    const page =
      app === 'oauth'
        ? 'Settings, Developer settings, OAuth Apps'
        : 'Settings, Developer settings, GitHub Apps';
    return `Open ${page} at GitHub, copy the "Client ID", and use "Generate a new client secret".`;
  }
  return host === undefined
    ? 'Try again; otherwise see whether this computer reaches github.com and api.github.com (a proxy?), and githubstatus.com.'
    : 'See whether this computer reaches `host` over HTTPS, and whether the server is in maintenance mode.';
}
