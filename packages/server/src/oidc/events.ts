/** What the library tells about a request: how it ended, and a line in the log. */
import { BrokerError } from '@gatehouse/core';
import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider';
import { factsOf } from '../http/facts.ts';
import { judge } from '../http/unit-of-work.ts';
import { Suspended, Unavailable } from './errors.ts';

/** The answer may be a redirect to the client, which looks like a success from outside. */
const refusals = [
  'authorization.error',
  'grant.error',
  'userinfo.error',
  'introspection.error',
  'revocation.error',
  'end_session.error',
  'end_session_confirm.error',
  'end_session_success.error',
] as const;

interface Refusal extends Error {
  readonly error_description?: string | undefined;
  readonly error_detail?: string | undefined;
}

export function listen(provider: Provider): void {
  for (const name of refusals) {
    provider.on(name as 'grant.error', (ctx: KoaContextWithOIDC, error: Refusal) => {
      if (error instanceof Suspended) return suspended(ctx, error);
      if (error instanceof Unavailable) return failed(ctx, error);
      if (!signInCounts(ctx)) judge('refused');
      factsOf(ctx).log.info(fields(ctx, error), 'protocol request refused');
    });
  }
  provider.on('server_error', failed);
}

/** The person came back from signing in or agreeing: that stands, also when this client is then told no. */
function signInCounts({ oidc: { route, result } }: KoaContextWithOIDC): boolean {
  return route === 'resume' && result !== undefined;
}

/** The token stays as it was, and nobody is to be woken: `findAccount` has said why. */
function suspended(ctx: KoaContextWithOIDC, { retryAfter }: Suspended): void {
  judge('failed');
  ctx.set('Retry-After', String(Math.ceil(retryAfter)));
}

function failed(ctx: KoaContextWithOIDC, error: Error): void {
  judge('failed');
  if (error instanceof Unavailable) ctx.set('Retry-After', String(Math.ceil(error.retryAfter)));
  const connector = error instanceof BrokerError ? error.connectorId : undefined;
  factsOf(ctx).log.error({ ...fields(ctx, error), connector, error }, 'protocol request failed');
}

/** Names and reasons; of the parameters, which could be a code or a token, only a name that nobody registered. */
function fields({ oidc }: KoaContextWithOIDC, error: Refusal) {
  return {
    route: oidc.route,
    client: oidc.client?.clientId,
    code: error.message,
    description: error.error_description,
    detail: error.error_detail,
    asked: oidc.route === 'authorization' ? unregistered(oidc.params, error) : undefined,
  };
}

/** What the operator compares with the configuration, letter by letter. */
function unregistered(
  params: Readonly<Record<string, unknown>> = {},
  { message }: Error,
): string | undefined {
  const name = { invalid_client: params.client_id, invalid_redirect_uri: params.redirect_uri }[message];
  return typeof name === 'string' ? name.slice(0, 200) : undefined;
}
