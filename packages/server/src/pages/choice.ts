/** Several ways to sign in: one link each. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { type ReturnForm, returnForm } from './return-form.ts';
import type { Site } from './site.ts';

export interface ChoiceProps {
  readonly clientName: string;
  readonly ways: readonly { readonly name: string; readonly address: string }[];
  readonly back: ReturnForm;
}

export function choicePage(site: Site, props: ChoiceProps): Html {
  return layout(site, {
    title: 'Sign in',
    body: html`
<h1>Sign in</h1>
<p class="lead">to continue to <strong>${props.clientName}</strong></p>
<ul class="ways" aria-label="Ways to sign in">
${props.ways.map(
  (
    way,
  ) => html`<li><a class="way" href="${way.address}"><span class="way-letter" aria-hidden="true">${initial(way.name)}</span><span>${way.name}</span></a></li>
`,
)}</ul>
${returnForm(props.back)}`,
  });
}

function initial(name: string): string {
  return [...name.trim()][0]?.toUpperCase() ?? '';
}
