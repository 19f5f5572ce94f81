/** Signed out here, and perhaps not at the upstream: at a shared computer that has to be known. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { Site } from './site.ts';

export interface LeftBehindProps {
  readonly connectorName: string;
  /** Where the person was going. */
  readonly onward: string;
}

export function leftBehindPage(site: Site, { connectorName, onward }: LeftBehindProps): Html {
  return layout(site, {
    title: 'Signed out here',
    body: html`
<h1>You are signed out here</h1>
<p role="alert">${connectorName} has not confirmed that you are signed out there, too. Whoever uses this browser next may
get in without a password: sign out there, or close all windows of the browser.</p>
<div class="actions"><a class="button" href="${onward}">Continue</a></div>`,
  });
}
