/** The sign-in that a browser is in the middle of, between `/auth` and the way back to it. */
import type { SignInWish } from '@gatehouse/connector-kit';
import { BrokerError, type Client } from '@gatehouse/core';
import type { Context } from 'koa';
import type { Grant, Interaction, InteractionResults, default as Provider } from 'oidc-provider';
import type { Jar } from './browser-mark.ts';
import type { ConsentDetails } from './consent-prompt.ts';
import { ofLibraryError } from './errors.ts';
import type { PendingSignIn, RefusalCode, SignedIn } from './oidc.ts';
import type { GatehouseProvider } from './provider.ts';

export interface Interactions {
  readonly provider: GatehouseProvider;
  readonly clients: ReadonlyMap<string, Client>;
}

/** @throws BrokerError `sign_in_expired`, or `storage_unavailable` */
export async function pendingSignIn(
  { provider, clients }: Interactions,
  ctx: Context,
): Promise<PendingSignIn> {
  const interaction = await readInteraction(provider, ctx);
  const params = interaction.params as Record<string, string | undefined>;
  const client = clients.get(params.client_id ?? '');
  if (client === undefined) throw new BrokerError('sign_in_expired', { reason: 'the client is gone' });
  const step = stepOf(interaction);
  return {
    uid: interaction.uid,
    client,
    step,
    wish: wishOf(interaction, params),
    choosesAccount: choosesAccount(interaction, params),
    ...(params.connector_id !== undefined && { connectorId: params.connector_id }),
    ...(step !== 'login' && interaction.session && { subject: interaction.session.accountId }),
    scopes: step === 'consent' ? consentScopes(interaction, params) : [],
    redirectUri: params.redirect_uri ?? '',
  };
}

export function signedIn({ provider }: Interactions, ctx: Context, result: SignedIn): Promise<string> {
  const login = {
    accountId: result.subject,
    ts: Math.floor(result.authenticatedAt.getTime() / 1000),
    remember: result.remember,
    attended: result.attended,
    ...(result.acr !== undefined && { acr: result.acr }),
    ...(result.amr !== undefined && { amr: [...result.amr] }),
    ...(result.upstreamSession !== undefined && { upstreamSession: result.upstreamSession }),
    ...(result.upstreamSessionEnds !== undefined && {
      upstreamSessionEnds: Math.floor(result.upstreamSessionEnds.getTime() / 1000),
    }),
    ...(result.upstreamStateId !== undefined && { upstreamStateId: result.upstreamStateId }),
  };
  return finish(provider, ctx, ['login'], async (interaction) => {
    await leaveOtherAccount(provider, ctx, interaction, result.subject);
    // Whoever has just signed in has also chosen an account.
    return { login, select_account: {} };
  });
}

/**
 * Another person was signed in in this browser: their session ends, as it would with a logout. The library would do
 * it on the way back, by a page that posts itself.
 */
async function leaveOtherAccount(
  provider: Provider,
  ctx: Context,
  interaction: Interaction,
  subject: string,
): Promise<void> {
  const session = await provider.Session.get(ctx);
  if (session.accountId === undefined || session.accountId === subject) return;
  await session.destroy();
  interaction.session = undefined;
  await interaction.persist();
}

export function agreed({ provider }: Interactions, ctx: Context): Promise<string> {
  return finish(provider, ctx, ['consent', 'confirm'], async (interaction) => {
    if (stepOf(interaction) === 'confirm') return { confirm: {} };
    return { consent: { grantId: await agreedGrant(provider, interaction) } };
  });
}

export async function refused(
  { provider }: Interactions,
  ctx: Context,
  error: RefusalCode,
  description: string,
): Promise<string> {
  return finish(provider, ctx, ['login', 'consent', 'confirm'], async () => ({
    error,
    error_description: description,
  }));
}

type Step = PendingSignIn['step'];

/** Attack: a browser that must sign in says "agreed" instead, or the other way round. */
async function finish(
  provider: GatehouseProvider,
  ctx: Context,
  steps: readonly Step[],
  resultOf: (interaction: Interaction) => Promise<InteractionResults>,
): Promise<string> {
  const interaction = await readInteraction(provider, ctx);
  if (!steps.includes(stepOf(interaction))) {
    throw new BrokerError('bad_request', { reason: `this sign-in is at the step ${stepOf(interaction)}` });
  }
  const result = await resultOf(interaction);
  return provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: true });
}

async function readInteraction(provider: GatehouseProvider, ctx: Context): Promise<Interaction> {
  try {
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    const cookies = provider.createContext(ctx.req, ctx.res).cookies as unknown as Jar;
    const isOurs = provider.browserMark.isOf(cookies, interaction);
    if (isOurs && ctx.path.split('/').includes(interaction.uid)) return interaction;
  } catch (error) {
    throw ofLibraryError(error);
  }
  throw new BrokerError('sign_in_expired', { reason: 'the cookie belongs to another sign-in' });
}

function stepOf({ prompt: { name } }: Interaction): Step {
  return name === 'consent' || name === 'confirm' ? name : 'login';
}

/**
 * `prompt=login` and `max_age` must reach the upstream, or the `auth_time` in the token would be false.
 *
 * The parameters count, and not only why this page is shown: `prompt=login select_account` is here for the account,
 * and `max_age=0` without a session for the session, and neither is asked a second time.
 */
function wishOf(
  { prompt: { reasons } }: Interaction,
  params: Record<string, string | undefined>,
): SignInWish {
  const { max_age: maxAge, acr_values: acrValues, login_hint: loginHint, ui_locales: locales } = params;
  const demanded = words(params.prompt ?? '').includes('login') || Number(maxAge ?? 1) === 0;
  return {
    fresh: demanded || reasons.includes('max_age'),
    ...(maxAge !== undefined && { maxAge: Number(maxAge) }),
    ...(acrValues !== undefined && { acrValues: words(acrValues) }),
    ...(loginHint !== undefined && { loginHint }),
    ...(locales !== undefined && { locales: words(locales) }),
  };
}

/**
 * Also where the account that the session had was refused: the same one once more would be refused again.
 *
 * Attack: a page elsewhere asks for another connector than that of the session, and the computer's ticket would take
 * its place before anybody noticed.
 */
function choosesAccount(
  { prompt: { reasons } }: Interaction,
  { prompt, id_token_hint: hint }: Record<string, string | undefined>,
): boolean {
  const isRefused = reasons.some((reason) => reason === 'account' || reason === 'connector_id');
  return hint !== undefined || words(prompt ?? '').includes('select_account') || isRefused;
}

function words(list: string): readonly string[] {
  return list.split(' ').filter((word) => word !== '');
}

/** With `prompt=consent` everything is asked again. */
function consentScopes({ prompt: { details } }: Interaction, params: Record<string, string | undefined>) {
  const { missing } = details as ConsentDetails;
  return missing ?? words(params.scope ?? '');
}

/** The grant by which the browser session remembers what was agreed to. */
async function agreedGrant(provider: Provider, interaction: Interaction): Promise<string> {
  const { grantId, session, params } = interaction;
  const earlier = grantId === undefined ? undefined : await provider.Grant.find<Grant>(grantId);
  const clientId = String(params.client_id);
  const grant = earlier ?? new provider.Grant({ accountId: session?.accountId, clientId });
  grant.addOIDCScope(String(params.scope));
  return grant.save();
}
