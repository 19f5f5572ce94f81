/** What the library has a page for, drawn by the rest of the server. */
import type { BrokerError } from '@gatehouse/core';
import type { Context } from 'koa';

export interface Pages {
  /** An error that cannot be told to the client: an unknown client, a wrong redirect address. */
  error(ctx: Context, error: BrokerError): void | Promise<void>;
  /** "Do you want to sign out?" The form has its own hidden fields; `logout=yes` in it signs out. */
  confirmLogout(ctx: Context, form: LogoutForm): void | Promise<void>;
  signedOut(ctx: Context): void | Promise<void>;
}

export interface LogoutForm {
  /** Where it is posted. */
  readonly action: string;
  /** The hidden field `xsrf`. */
  readonly xsrf: string;
  readonly subject: string;
}
