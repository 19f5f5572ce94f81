/** What stands at the issuer's own address. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { Site } from './site.ts';

export interface HomeProps {
  /** Where the demo begins; absent without `demo: true`. */
  readonly signIn?: string;
}

export function homePage(site: Site, props: HomeProps): Html {
  return layout(site, {
    title: 'Home',
    body: props.signIn === undefined ? plain(site) : demo(site, props.signIn),
  });
}

function plain(site: Site): Html {
  return html`
<h1>${site.name}</h1>
<p class="lead">This is the sign-in service. There is nothing to do here: applications send you to it when you need to sign in.</p>
<ul class="links">
<li><a href="${site.base}/logout">Sign out on this device</a></li>
</ul>`;
}

function demo(site: Site, signIn: string): Html {
  return html`
<h1>${site.name} is running</h1>
<p class="lead">Sign in as a person would, and see the token that a cluster would get: each claim, and what it is for.</p>
<div class="actions"><a class="button" href="${signIn}">Sign in</a></div>
<ul class="links">
<li><a href="${site.base}/.well-known/openid-configuration">Discovery document</a></li>
<li><a href="${site.base}/keys">Signing keys</a></li>
<li><a href="${site.base}/readyz">Readiness</a></li>
</ul>`;
}
