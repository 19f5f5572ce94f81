/** When somebody must prove who they are (OIDC Core 1.0, sections 3.1.2.1 and 3.1.2.3). */
import { errors, interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { paramsOf } from './authorization-request.ts';
import type { BrokerAccount } from './find-account.ts';
import { hintedSubject } from './payloads.ts';

const { Check, Prompt } = interactionPolicy;

export function loginPrompt(): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'login', requestable: true },
    new Check('no_session', 'End-User authentication is required', (ctx) => !ctx.oidc.session?.accountId),
    new Check('max_age', 'End-User authentication could not be obtained', isTooLongAgo),
    new Check('id_token_hint', 'id_token_hint and authenticated subject do not match', isSomebodyElse),
    new Check('account', 'the End-User is not known or not allowed any more', isNotLetIn),
    new Check('connector_id', 'the End-User signed in another way than was asked for', cameAnotherWay),
  );
}

/**
 * Whether the request alone demands a sign-in, whatever is known of the session's account, which came by this
 * connector. In the terms of `prompt`, `max_age`, `id_token_hint` and `connector_id`.
 */
export function mustSignIn(ctx: KoaContextWithOIDC, connectorId: string): boolean {
  return (
    ['select_account', 'login'].some((prompt) => ctx.oidc.promptPending(prompt)) ||
    isTooLongAgo(ctx) ||
    namesSomebodyElse(ctx) ||
    namesAnotherConnector(ctx, connectorId)
  );
}

/** This very request is the way back from a sign-in, and not from a page that was shown after it. */
export function comesFromSignIn({ oidc: { result, entities } }: KoaContextWithOIDC): boolean {
  const page = entities.Interaction?.prompt.name ?? '';
  return result?.login !== undefined && ['select_account', 'login'].includes(page);
}

function isTooLongAgo(ctx: KoaContextWithOIDC): boolean {
  const { max_age: maxAge } = paramsOf(ctx);
  const { session } = ctx.oidc;
  if (maxAge === undefined || !session?.accountId || justSignedIn(ctx)) return false;
  return answeredByComputer(session.amr) || session.past(Number(maxAge));
}

/**
 * `wia` (RFC 8176): the ticket of a computer, which does not tell when its person was last asked. The time of such a
 * sign-in is no answer to `max_age`.
 */
function answeredByComputer(amr: readonly string[] | undefined): boolean {
  return amr?.includes('wia') === true;
}

/** On the way back the hint has become the subject it named (see payloads.ts). */
function namesSomebodyElse(ctx: KoaContextWithOIDC): boolean {
  const { id_token_hint: hint } = paramsOf(ctx);
  const subject = ctx.oidc.session?.accountId;
  return hint !== undefined && subject !== undefined && hintedSubject(hint) !== subject;
}

function isSomebodyElse(ctx: KoaContextWithOIDC): boolean {
  if (!namesSomebodyElse(ctx)) return false;
  // Asking once more would ask for ever: this person has just chosen who to be.
  if (justSignedIn(ctx))
    throw new errors.LoginRequired('another End-User signed in than id_token_hint names');
  return true;
}

function isNotLetIn(ctx: KoaContextWithOIDC): boolean {
  if (!ctx.oidc.session?.accountId || ctx.oidc.account !== undefined) return false;
  if (comesFromSignIn(ctx)) throw new errors.AccessDenied('the End-User is not allowed to use this client');
  return true;
}

function namesAnotherConnector(ctx: KoaContextWithOIDC, connectorId: string): boolean {
  const { connector_id: wanted } = paramsOf(ctx);
  return wanted !== undefined && wanted !== connectorId;
}

function cameAnotherWay(ctx: KoaContextWithOIDC): boolean {
  const account = ctx.oidc.account as BrokerAccount | undefined;
  if (account === undefined || !namesAnotherConnector(ctx, account.connectorId)) return false;
  if (justSignedIn(ctx))
    throw new errors.AccessDenied('the End-User did not sign in with the connector asked for');
  return true;
}

/** Credentials were entered since this request was made; a page of consent may have been shown after that. */
function justSignedIn(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.result?.login !== undefined;
}
