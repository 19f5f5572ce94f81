/** Name and password. The field names and ids are fixed: password managers and people's scripts know them. */
import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { type ReturnForm, returnForm } from './return-form.ts';
import type { Site } from './site.ts';

/** No directory has longer ones; hashing a megabyte for a stranger is work we need not do. */
export const longestUsername = 256;
export const longestPassword = 1024;

export interface PasswordProps {
  readonly clientName: string;
  readonly connectorName: string;
  readonly usernameLabel: string;
  readonly action: string;
  readonly csrf: string;
  /** What was typed, or the client's `login_hint`. Never the password. */
  readonly username: string;
  /** Why the last try did not work. */
  readonly problem?: string;
  /** The number to quote, for problems that are ours. */
  readonly requestId?: string;
  /** Where the browser's own ticket is taken instead of a password. */
  readonly ticket?: string;
  readonly offerRemember: boolean;
  /** Where the other ways to sign in are. */
  readonly choice?: string;
  readonly back: ReturnForm;
}

export function passwordPage(site: Site, props: PasswordProps): Html {
  return layout(site, {
    title: props.problem === undefined ? 'Sign in' : 'Please try again',
    body: html`
<h1>Sign in</h1>
<p class="lead">with <strong>${props.connectorName}</strong> to continue to <strong>${props.clientName}</strong></p>
<div aria-live="assertive">${problem(props)}</div>
<form method="post" action="${props.action}" class="fields">
<input type="hidden" name="csrf" value="${props.csrf}">
${usernameField(props)}
${passwordField(props)}
${props.offerRemember && html`<label class="check"><input type="checkbox" name="remember" value="yes"> <span>Keep me signed in on this device</span></label>`}
<button class="button" type="submit" id="submit-login">Sign in</button>
</form>
<nav class="below" aria-label="Other options">
${props.ticket !== undefined && html`<a class="button-link" href="${props.ticket}">Sign in with this computer’s account</a>`}
${props.choice !== undefined && html`<a class="button-link" href="${props.choice}">Sign in another way</a>`}
${returnForm(props.back)}
</nav>`,
  });
}

function problem(props: PasswordProps): Html | false {
  if (props.problem === undefined) return false;
  const reference =
    props.requestId !== undefined && html` <span class="hint">Request <code>${props.requestId}</code></span>`;
  return html`<p class="alert" role="alert" id="problem">${props.problem}${reference}</p>`;
}

/** The cursor stands where the person has to type next. */
function usernameField(props: PasswordProps): Html {
  return html`<div class="field">
<label for="login">${props.usernameLabel}</label>
<input id="login" name="login" type="text" value="${props.username}" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="${longestUsername}" required${props.problem !== undefined && html` aria-describedby="problem"`}${props.username === '' && html` autofocus`}>
</div>`;
}

function passwordField(props: PasswordProps): Html {
  return html`<div class="field">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="${longestPassword}" required${props.problem !== undefined && html` aria-describedby="problem"`}${props.username !== '' && html` autofocus`}>
</div>`;
}
