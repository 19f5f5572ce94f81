/** The pages that the OpenID provider asks for. */
import { showError } from '../http/error-surface.ts';
import { show } from '../http/show.ts';
import type { Pages } from '../oidc/pages.ts';
import { signedOutPage, signOutPage } from './signed-out.ts';
import type { Site } from './site.ts';

export function oidcPages(site: Site): Pages {
  return {
    // What the library shows it also reports as an event, which is logged (`listen`).
    error: (ctx, error) => showError(ctx, error, site),
    confirmLogout: (ctx, { action, xsrf }) => show(ctx, 200, signOutPage(site, { action, xsrf })),
    signedOut: (ctx) => show(ctx, 200, signedOutPage(site)),
  };
}
