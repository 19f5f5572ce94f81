/** The button that gives up and goes back to the application. */
import { type Html, html } from './html.ts';

export interface ReturnForm {
  readonly action: string;
  readonly csrf: string;
  readonly clientName: string;
}

export function returnForm(form: ReturnForm): Html {
  return html`<form method="post" action="${form.action}">
<input type="hidden" name="csrf" value="${form.csrf}">
<button class="button-link" type="submit">Return to ${form.clientName}</button>
</form>`;
}
