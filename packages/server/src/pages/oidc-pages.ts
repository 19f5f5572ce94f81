/** The pages that the OpenID provider asks for. */
import type { Connectors } from '../connectors/open-connector.ts';
import { showError } from '../http/error-surface.ts';
import { show } from '../http/show.ts';
import { upstreamOf } from '../logout/upstream-of.ts';
import type { Pages } from '../oidc/pages.ts';
import { signedOutPage, signOutPage } from './signed-out.ts';
import type { Site } from './site.ts';

export function oidcPages(site: Site, connectors: Connectors): Pages {
  return {
    // What the library shows it also reports as an event, which is logged (`listen`).
    error: (ctx, error) => showError(ctx, error, site),
    confirmLogout: (ctx, { action, xsrf, subject }) => {
      const upstream = upstreamOf(connectors, subject);
      const also = upstream && { upstreamName: upstream.entry.name };
      show(ctx, 200, signOutPage(site, { action, xsrf, ...also }));
    },
    signedOut: (ctx) => show(ctx, 200, signedOutPage(site)),
  };
}
