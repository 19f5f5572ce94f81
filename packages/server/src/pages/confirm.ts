/**
 * One click that shows a person is there, before a program on this computer gets a token from the session alone.
 *
 * No button has the focus: a site that makes people hold Enter could open this page and have it clicked for them.
 */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { Site } from './site.ts';

export interface ConfirmProps {
  readonly clientName: string;
  readonly person: string;
  readonly action: string;
  readonly csrf: string;
}

export function confirmPage(site: Site, props: ConfirmProps): Html {
  return layout(site, {
    title: `Continue to ${props.clientName}?`,
    body: html`
<h1>Continue to ${props.clientName}?</h1>
<p class="lead"><strong>${props.clientName}</strong> on this computer asks for a token for <strong>${props.person}</strong>.</p>
<form method="post" action="${props.action}" class="actions">
<input type="hidden" name="csrf" value="${props.csrf}">
<button class="button" type="submit" name="decision" value="allow">Continue</button>
<button class="button button-quiet" type="submit" name="decision" value="deny">Cancel</button>
</form>
<p class="hint">If you did not just start ${props.clientName} yourself, choose Cancel.</p>`,
  });
}
