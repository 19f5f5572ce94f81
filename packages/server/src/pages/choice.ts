/** Several ways to sign in: one link each, the last used one first; and a field where that is quicker. */
import type { Mark } from '@gatehouse/connector-kit';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { glyphOf } from './marks.ts';
import { type ReturnForm, returnForm } from './return-form.ts';
import type { Site } from './site.ts';

/** An e-mail address has at most 254 characters (RFC 5321, section 4.5.3.1). */
export const longestSought = 254;

export interface Way {
  readonly name: string;
  readonly address: string;
  readonly mark?: Mark;
  /** The operator's own, in place of the mark. */
  readonly picture?: string;
  readonly lastUsed: boolean;
}

export interface Finder {
  readonly action: string;
  readonly csrf: string;
  readonly byAddress: boolean;
  readonly byName: boolean;
  readonly search?: { readonly sought: string; readonly domain?: string; readonly matches: number };
}

export interface ChoiceProps {
  readonly clientName: string;
  /** In this order; one that was last used comes first. */
  readonly ways: readonly Way[];
  /** They get a page with columns. */
  readonly many: boolean;
  readonly finder?: Finder;
  readonly back: ReturnForm;
}

export function choicePage(site: Site, props: ChoiceProps): Html {
  const { ways, finder, many } = props;
  // Whoever has been here need not go past the field; whoever looks for something has left that behind.
  const isReturning = finder !== undefined && finder.search === undefined && ways[0]?.lastUsed === true;
  const [first, rest] = isReturning ? [ways.slice(0, 1), ways.slice(1)] : [[], ways];
  const isNarrowed = finder?.search !== undefined && finder.search.matches > 0;
  return layout(site, {
    title: 'Sign in',
    wide: many,
    body: html`
<h1>Sign in</h1>
<p class="lead">to continue to <strong>${props.clientName}</strong></p>
${first.length > 0 && list('The way you used last', first, many)}
${finder !== undefined && finderForm(finder)}
${list('Ways to sign in', rest, many)}
<div class="below">
${isNarrowed && html`<a class="button-link" href="${finder.action}">Show all ways to sign in</a>`}
${returnForm(props.back)}
</div>`,
  });
}

function list(label: string, ways: readonly Way[], many: boolean): Html {
  return html`<ul class="ways${many && ' ways-many'}" aria-label="${label}">
${ways.map(
  (way) =>
    html`<li><a class="way" href="${way.address}">${markOf(way)}<span class="way-name">${way.name}</span>${way.lastUsed && html` <span class="way-note">Last used</span>`}</a></li>
`,
)}</ul>`;
}

/** Says nothing that the name beside it does not say. */
function markOf({ name, mark, picture }: Way): Html {
  if (picture !== undefined) {
    return html`<span class="way-mark way-picture"><img src="${picture}" alt="" width="24" height="24"></span>`;
  }
  return html`<span class="way-mark" aria-hidden="true">${glyphOf(mark) ?? initial(name)}</span>`;
}

function initial(name: string): string {
  return [...name.trim()][0]?.toUpperCase() ?? '';
}

/**
 * Never of type `email`: a name may be typed too. The cursor is in it only after a search: a screen reader then begins
 * with what came of it.
 */
function finderForm(finder: Finder): Html {
  const { action, csrf, byAddress, search } = finder;
  return html`<form method="post" action="${action}" class="finder" role="search">
<input type="hidden" name="csrf" value="${csrf}">
<div class="field">
<label for="sought">${labelOf(finder)}</label>
<div class="finder-row"><input id="sought" name="sought" type="text" value="${search?.sought ?? ''}"${byAddress && html` inputmode="email"`} autocomplete="${byAddress ? 'email' : 'off'}" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="${longestSought}" required${search !== undefined && html` aria-describedby="outcome" autofocus`}>
<button class="button button-quiet" type="submit">${byAddress ? 'Continue' : 'Find'}</button></div>
</div>
${search !== undefined && html`<p class="finder-outcome" role="status" id="outcome">${outcome(search)}</p>`}
</form>`;
}

function labelOf({ byAddress, byName }: Finder): string {
  if (!byAddress) return 'Find by name';
  return byName ? 'Your e-mail address, or a name from the list' : 'Your e-mail address';
}

function outcome({ sought, domain, matches }: NonNullable<Finder['search']>): Html {
  const wanted = html`${domain === undefined ? 'by the name' : 'for'} <strong>${domain ?? sought}</strong>`;
  if (matches === 0) return html`There is no way to sign in ${wanted}. These are all there are.`;
  return html`${matches === 1 ? 'One way' : `${matches} ways`} to sign in ${wanted}:`;
}
