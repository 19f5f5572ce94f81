/** What a person can do after an error in the middle of a sign-in, so that no page is a dead end. */
import type { Context } from 'koa';
import type { ReturnForm } from '../pages/return-form.ts';

export interface WaysOut {
  /** The id of the client that sent the person here, for the log. */
  readonly client?: string;
  /** Start this way to sign in again. */
  readonly again?: string;
  /** The other ways to sign in. */
  readonly choice?: string;
  /** Go back to the application, which is told `access_denied`. */
  readonly back?: ReturnForm;
}

/** Offered from here on, should anything go wrong. Nothing is offered before a browser has shown its sign-in. */
export function offerWaysOut(ctx: Context, ways: WaysOut): void {
  (ctx.state as { ways?: WaysOut }).ways = ways;
}

export function waysOutOf(ctx: Context): WaysOut | undefined {
  return (ctx.state as { ways?: WaysOut }).ways;
}
