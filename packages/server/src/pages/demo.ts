/** What the demo got: every claim with its purpose, and the token itself. */
import { type ExplainedClaim, explainClaims, isTime } from './claims-explained.ts';
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import type { Site } from './site.ts';

export interface DemoProps {
  readonly idToken: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly issuer: string;
  readonly now: Date;
  readonly again: string;
  readonly signOut: string;
}

export function demoPage(site: Site, props: DemoProps): Html {
  const { person, token } = explainClaims(props.claims);
  return layout(site, {
    title: 'You are signed in',
    wide: true,
    body: html`
<h1>You are signed in${greeting(props.claims)}</h1>
<p class="lead">This is what an application gets to know about you, and how a cluster reads it.</p>
<ul class="facts">${facts(props)}</ul>
<h2>About you</h2>
<dl class="claims">
${person.map(claim)}</dl>
<h2>About the token</h2>
<dl class="claims">
${token.map(claim)}</dl>
<h2>What a cluster does with it</h2>
${clusterSteps(props)}
<h2>The ID token</h2>
<p>Three parts, divided by dots: the header, the claims, and the signature over both.</p>
${rawToken(props.idToken)}
<details><summary>Decoded header and payload</summary>
<pre class="json">${JSON.stringify(props.header, null, 2)}</pre>
<pre class="json">${JSON.stringify(props.claims, null, 2)}</pre>
</details>
<div class="sign-out">
<a class="button" href="${props.signOut}">Sign out</a>
<a class="button button-quiet" href="${props.again}">Get a new token</a>
</div>`,
  });
}

function greeting({ name, preferred_username: username }: DemoProps['claims']): string {
  const who = typeof name === 'string' ? name : username;
  return typeof who === 'string' ? `, ${who}` : '';
}

function facts({ header, claims, idToken, now }: DemoProps): readonly Html[] {
  const minutes = Math.max(0, Math.round((Number(claims.exp) - now.getTime() / 1000) / 60));
  return [
    html`<li>Good for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}</li>`,
    html`<li>Signed with ${String(header.alg)}</li>`,
    html`<li>${idToken.length.toLocaleString('en')} bytes</li>`,
  ];
}

function claim({ name, value, purpose }: ExplainedClaim): Html {
  return html`<div class="claim"><dt>${name}</dt><dd class="value">${shown(name, value)}</dd><dd class="why">${purpose}</dd></div>
`;
}

function shown(name: string, value: unknown): Html | string {
  if (Array.isArray(value))
    return html`<ul class="groups">${value.map((item) => html`<li>${text(item)}</li>`)}</ul>`;
  if (isTime(name) && typeof value === 'number') return html`${value} · ${readableTime(value)}`;
  return text(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readableTime(seconds: number): string {
  return `${new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function clusterSteps({ issuer, header }: DemoProps): Html {
  return html`<ol>
<li>It fetches the public keys from <code>${issuer}/keys</code> and checks the signature with key <code>${text(header.kid)}</code>.</li>
<li>It compares <code>iss</code> and <code>aud</code> with its own configuration, and <code>exp</code> with its clock.</li>
<li>It takes your user name and <code>groups</code> from the claims, and looks for role bindings for them.</li>
</ol>`;
}

function rawToken(idToken: string): Html {
  const [header = '', payload = '', signature = ''] = idToken.split('.');
  return html`<pre class="token" aria-label="ID token"><span class="part-header">${header}</span>.<span class="part-payload">${payload}</span>.${signature}</pre>`;
}
