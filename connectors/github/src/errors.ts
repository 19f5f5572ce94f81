/** What a refusal of GitHub means to somebody who signs in, and to the administrator. */
import { ConnectorError } from '@gatehouse/connector-kit';
import { Refusal } from './api/refusals.ts';
import { below } from './places.ts';
import type { Upstream } from './upstream.ts';

/** An organisation whose teams GitHub does not show us: the person and the log get its name. */
export class ClosedOrg extends Error {
  override readonly name = 'ClosedOrg';
  readonly org: string;
  readonly refusal: Refusal;

  constructor(org: string, refusal: Refusal) {
    super(`the organisation ${org}: ${refusal.message}`, { cause: refusal });
    this.org = org;
    this.refusal = refusal;
  }
}

/** At a sign-in the person is there, and can do something about most of it. */
export function refusedSignIn(error: unknown, upstream: Upstream): unknown {
  if (error instanceof ClosedOrg) return closedOrg(error, upstream);
  if (!(error instanceof Refusal)) return error;
  const { message: reason } = error;
  if (error.kind === 'suspended') {
    return new ConnectorError('denied', { reason, personMessage: 'GitHub has suspended your account.' });
  }
  if (error.kind === 'token') {
    return new ConnectorError('denied', { reason: `${reason}; the token was made a moment ago` });
  }
  // Nothing of what is asked here has another address, but by something on the way.
  if (error.kind === 'moved') return new ConnectorError('unavailable', { reason });
  return new ConnectorError('misconfigured', { reason });
}

const toDo = {
  oauth: 'an owner of the organisation has to approve the OAuth app',
  github:
    'an owner of the organisation has to install the GitHub App, with the permission "Members": "Read-only"',
};

function closedOrg({ message: reason, org, refusal }: ClosedOrg, { config, web }: Upstream): ConnectorError {
  const at = (path: string) => below(web, path).href;
  if (refusal.kind === 'sso') {
    const link = ssoLink(refusal.ssoUrl, web) ?? at(`/orgs/${encodeURIComponent(org)}/sso`);
    return new ConnectorError('denied', {
      reason,
      personMessage: `The GitHub organisation ${org} wants you to pass its own single sign-on first. Open ${link} and then sign in here again.`,
      personLink: link,
    });
  }
  if (refusal.kind === 'unapproved') {
    const link = at(`/settings/connections/applications/${encodeURIComponent(config.clientId)}`);
    const ask = config.app === 'oauth' ? ` You can ask them to at ${link} ("Organization access").` : '';
    return new ConnectorError('denied', {
      reason: `${reason}; ${toDo[config.app]}`,
      personMessage: `The GitHub organisation ${org} has not approved this way to sign in; its owners have to.${ask}`,
      ...(ask !== '' && { personLink: link }),
    });
  }
  return new ConnectorError('misconfigured', { reason });
}

/** The address comes in a header: it counts if it leads to the GitHub that we asked. */
function ssoLink(text: string | undefined, web: URL): string | undefined {
  const url = text === undefined ? null : URL.parse(text);
  return url?.origin === web.origin ? url.href : undefined;
}
