/** The two pages of signing out: the question, and that it is done. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { Site } from './site.ts';

export interface SignOutProps {
  readonly action: string;
  /** Proves that the form is ours. */
  readonly xsrf: string;
  /** Where the sign-out goes on, if the upstream takes part. */
  readonly upstreamName?: string;
}

/** RP-Initiated Logout 1.0, section 2: the person is asked, or any web site could sign people out. */
export function signOutPage(site: Site, props: SignOutProps): Html {
  return layout(site, {
    title: 'Sign out?',
    body: html`
<h1>Sign out?</h1>
<p class="lead">Do you want to sign out of ${site.name} on this device?</p>
${
  props.upstreamName !== undefined &&
  html`<p class="hint">If ${props.upstreamName} allows it, you are signed out there as well.</p>
`
}<form method="post" action="${props.action}" class="actions">
<input type="hidden" name="xsrf" value="${props.xsrf}">
<button class="button" type="submit" name="logout" value="yes">Sign out</button>
<button class="button button-quiet" type="submit">Stay signed in</button>
</form>`,
  });
}

export function signedOutPage(site: Site): Html {
  return layout(site, {
    title: 'Signed out',
    body: html`
<h1>You are signed out</h1>
<p class="lead">You may close this window.</p>
<p class="hint">Other applications may keep you signed in until their own session ends.</p>`,
  });
}
