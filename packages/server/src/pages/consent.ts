/** What a client may have of a person, and who that person is. */
import { audienceOf } from '@gatehouse/core';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { Site } from './site.ts';

export interface ConsentProps {
  readonly clientName: string;
  readonly person: string;
  readonly scopes: readonly string[];
  readonly action: string;
  readonly csrf: string;
  /** The host that gets the answer, so that a look-alike client shows. */
  readonly returnsTo: string;
}

export function consentPage(site: Site, props: ConsentProps): Html {
  const asked = props.scopes.map(wishOf).filter((wish) => wish !== null);
  return layout(site, {
    title: `Allow ${props.clientName}?`,
    body: html`
<h1>Allow ${props.clientName}?</h1>
<p class="lead">You are signed in as <strong>${props.person}</strong>.</p>
<p><strong>${props.clientName}</strong> would like to:</p>
<ul class="wishes">
<li>Know who you are</li>
${asked.map(
  (wish) => html`<li>${wish}</li>
`,
)}</ul>
<form method="post" action="${props.action}" class="actions">
<input type="hidden" name="csrf" value="${props.csrf}">
<button class="button" type="submit" name="decision" value="allow">Allow</button>
<button class="button button-quiet" type="submit" name="decision" value="deny">Deny</button>
</form>
<p class="hint">The answer goes to <code>${props.returnsTo}</code>.</p>`,
  });
}

const wishes: Readonly<Record<string, string>> = {
  email: 'See your e-mail address',
  profile: 'See your name and user name',
  groups: 'See the groups you are in',
  offline_access: 'Stay signed in while you are away',
  'federated:id': 'See which way you signed in, and your id there',
};

function wishOf(scope: string): string | null {
  if (scope === 'openid') return null;
  const audience = audienceOf(scope);
  if (audience !== undefined) return `Act for you at “${audience}”`;
  return wishes[scope] ?? `Use “${scope}”`;
}
