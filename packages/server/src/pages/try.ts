/** A sign-in that an administrator tries: what it is before it begins, a moment to wait, and what was found. */
import type { FindingsLine, FindingsSection, TryFindings } from '@gatehouse/core';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { Site } from './site.ts';

export interface TryBeginProps {
  readonly connectorName: string;
  readonly code: string;
  readonly action: string;
  readonly csrf: string;
}

/** No button has the focus: a site that makes people hold Enter could open this page and have it clicked for them. */
export function tryBeginPage(site: Site, props: TryBeginProps): Html {
  return layout(site, {
    title: 'Try a sign-in',
    body: html`
<h1>Try to sign in with ${props.connectorName}</h1>
<p class="alert">Everything that ${props.connectorName} says about you, such as your name, e-mail address and groups, will be shown <strong>in the terminal of whoever made this link</strong>.</p>
<p>Go on only if you started this yourself, and this code stands in a terminal before you:</p>
<p class="try-code"><code>${props.code}</code></p>
<form method="post" action="${props.action}" class="actions">
<input type="hidden" name="csrf" value="${props.csrf}">
<button class="button" type="submit">The code is the same: go on</button>
</form>
<p class="hint">Did somebody send you this link? Close this page. You will not be signed in to anything here.</p>`,
  });
}

export function tryWaitPage(site: Site): Html {
  return layout(site, {
    title: 'One moment',
    body: html`
<h1>One moment</h1>
<p class="lead" role="status">The command in the terminal reads the answer. This page goes on by itself.</p>`,
  });
}

export function tryFindingsPage(site: Site, findings: TryFindings): Html {
  return layout(site, {
    title: findings.title,
    wide: true,
    body: html`
<h1>${findings.title}</h1>
${findings.ok ? html`<p class="lead">${findings.lead}</p>` : html`<p class="alert" role="alert">${findings.lead}</p>`}
${findings.sections.map(section)}
<p class="hint">You are not signed in anywhere by this. The terminal shows ${findings.sections.length > 0 ? 'the same' : 'more'}; here it is shown once.</p>`,
  });
}

function section({ title, lines }: FindingsSection): Html {
  return html`<h2>${title}</h2>
<dl class="claims">
${lines.map(line)}</dl>
`;
}

function line({ name, values, remark }: FindingsLine): Html {
  return html`<div class="claim"><dt>${name}</dt><dd class="value">${shown(values)}</dd>${remark !== undefined && html`<dd class="why">${remark}</dd>`}</div>
`;
}

function shown(values: readonly string[]): Html | string {
  const [only = ''] = values;
  if (values.length < 2) return only;
  return html`<ul class="groups">${values.map((value) => html`<li>${value}</li>`)}</ul>`;
}
