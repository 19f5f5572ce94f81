/** Something stands in the way: one sentence, what to do, and the number to quote. */
import type { WaysOut } from '../http/ways-out.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { returnForm } from './return-form.ts';
import type { Site } from './site.ts';

export interface ErrorProps {
  readonly code: string;
  readonly status: number;
  /** What happened and what to do about it. */
  readonly sentence: string;
  /** The address in the sentence that is a link. */
  readonly link?: string;
  readonly requestId: string;
  readonly ways?: WaysOut;
}

export function errorPage(site: Site, props: ErrorProps): Html {
  const { ways = {} } = props;
  return layout(site, {
    title: titleOf(props.status),
    body: html`
<h1>${titleOf(props.status)}</h1>
<p role="alert">${sentence(props)}</p>
${hasWay(ways) && html`<div class="actions">${waysOut(ways)}</div>`}
<dl class="reference">
<div><dt>Reason</dt><dd><code>${props.code}</code></dd></div>
<div><dt>Request</dt><dd><code>${props.requestId}</code></dd></div>
</dl>
<p class="hint">If you ask for help, please quote the request number.</p>`,
  });
}

/** Only the address that was given as one becomes a link: a sentence may quote what an upstream said. */
function sentence({ sentence: text, link }: ErrorProps): Html {
  const at = link === undefined ? -1 : text.indexOf(link);
  if (link === undefined || at < 0) return html`${text}`;
  return html`${text.slice(0, at)}<a href="${link}" rel="noreferrer">${link}</a>${text.slice(at + link.length)}`;
}

function hasWay(ways: WaysOut): boolean {
  return ways.again !== undefined || ways.choice !== undefined || ways.back !== undefined;
}

function waysOut(ways: WaysOut): readonly (Html | false)[] {
  return [
    ways.again !== undefined && html`<a class="button" href="${ways.again}">Try again</a>`,
    ways.choice !== undefined &&
      html`<a class="button button-quiet" href="${ways.choice}">Sign in another way</a>`,
    ways.back !== undefined && returnForm(ways.back),
  ];
}

function titleOf(status: number): string {
  if (status === 404) return 'Page not found';
  if (status === 429) return 'Please wait a moment';
  if (status === 503) return 'Not available right now';
  return status >= 500 ? 'Something went wrong' : 'Sign-in stopped';
}
