/** The upstream has said who it is: rules, identity, session, and back to the application. */
import type { Identity, Json } from '@gatehouse/connector-kit';
import { recordSignIn } from '@gatehouse/core';
import type { Context } from 'koa';
import type { OpenConnector } from '../connectors/open-connector.ts';
import { factsOf } from '../http/facts.ts';
import { goTo } from '../http/show.ts';
import { currentUnit } from '../http/unit-of-work.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import type { LoginRoom } from './login-room.ts';

export interface Proved {
  readonly pending: PendingSignIn;
  readonly open: OpenConnector;
  readonly identity: Identity<Json>;
  readonly remember: boolean;
}

/** @throws BrokerError `not_allowed`, `reserved_name`, `bad_upstream_response` */
export async function complete(room: LoginRoom, ctx: Context, proved: Proved): Promise<void> {
  const { pending, open, identity } = proved;
  const { entry } = open;
  const now = room.now();
  const { log } = factsOf(ctx);
  const { subject } = recordSignIn({
    unit: currentUnit(),
    entry,
    client: pending.client,
    identity,
    now,
    log,
  });
  const { at, acr, amr } = identity.authenticated ?? {};
  const onward = await room.oidc.signedIn(ctx, {
    subject,
    authenticatedAt: at !== undefined && at < now ? at : now,
    ...(acr !== undefined && { acr }),
    ...(amr !== undefined && { amr }),
    remember: proved.remember && room.config.sessions.remember > 0,
  });
  goTo(ctx, onward);
  logWhenSent(ctx, { connector: entry.id, client: pending.client.id, subject });
}

/** Not before the answer has left: until then the database may still refuse to store the sign-in. */
function logWhenSent(ctx: Context, fields: Readonly<Record<string, string>>): void {
  ctx.res.once('finish', () => {
    if (ctx.status === 303) factsOf(ctx).log.info(fields, 'signed in');
  });
}
