/** A form that posts itself to the upstream (SAML); with a button for browsers without scripts. */
import { createHash } from 'node:crypto';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { Site } from './site.ts';

export interface DepartureProps {
  readonly connectorName: string;
  readonly address: string;
  readonly fields: Readonly<Record<string, string>>;
}

const script = html`document.forms[0].submit()`;

/** For the Content-Security-Policy: this script and no other may run. */
export const departureScriptHash = createHash('sha256').update(script.toString()).digest('base64');

export function departurePage(site: Site, props: DepartureProps): Html {
  return layout(site, {
    title: `Going on to ${props.connectorName}`,
    script: html`<script>${script}</script>`,
    body: html`
<h1>Going on to ${props.connectorName}</h1>
<p class="lead">If nothing happens, please continue by hand.</p>
<form method="post" action="${props.address}">
${Object.entries(props.fields).map(
  ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">
`,
)}<button class="button" type="submit">Continue</button>
</form>`,
  });
}
