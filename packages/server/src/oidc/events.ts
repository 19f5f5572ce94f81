/** What the library tells about a request: how it ended, and a line in the log. */
import type { Log } from '@gatehouse/connector-kit';
import type { KoaContextWithOIDC, default as Provider } from 'oidc-provider';
import { judge } from '../http/unit-of-work.ts';

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

export function listen(provider: Provider, log: Log): void {
  for (const name of refusals) {
    provider.on(name as 'grant.error', (ctx: KoaContextWithOIDC, error: Refusal) => {
      judge('refused');
      log.info(facts(ctx, error), 'protocol request refused');
    });
  }
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: Error) => {
    judge('failed');
    log.error({ ...facts(ctx, error), err: error }, 'protocol request failed');
  });
}

/** Names and reasons; never a parameter, which could be a code or a token. */
function facts({ oidc }: KoaContextWithOIDC, error: Refusal) {
  return {
    route: oidc.route,
    clientId: oidc.client?.clientId,
    error: error.message,
    description: error.error_description,
    detail: error.error_detail,
  };
}
