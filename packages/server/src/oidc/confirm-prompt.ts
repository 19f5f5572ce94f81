/**
 * One click, where otherwise nobody would notice that a token is handed out.
 *
 * Attack: any process on a person's computer can open the browser at `/auth` with a native client's public id and
 * listen on a loopback port. The browser session would answer at once, and the process would hold the person's token.
 * RFC 8252, section 8.6.
 */
import type { Client } from '@gatehouse/core';
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { isLoopbackHost } from '../http/issuer.ts';
import { paramsOf } from './authorization-request.ts';

const { Check, Prompt } = interactionPolicy;

export function confirmPrompt(clients: ReadonlyMap<string, Client>): interactionPolicy.Prompt {
  return new Prompt(
    { name: 'confirm' },
    new Check('unattended', 'the End-User must confirm', 'interaction_required', (ctx) => {
      const client = clients.get(ctx.oidc.client?.clientId ?? '');
      return client !== undefined && anyProcessCouldAsk(client, ctx) && !somebodyIsThere(ctx);
    }),
  );
}

/**
 * An `https` address is claimed by an application; a loopback port or a private scheme by whoever comes first. The
 * address decides, and not only `native`: a command line that nobody has called native is a command line all the
 * same. A client with a secret needs that too; and at our own port nobody but us listens (the demo).
 */
function anyProcessCouldAsk(client: Client, ctx: KoaContextWithOIDC): boolean {
  const address = URL.parse(paramsOf(ctx).redirect_uri ?? '');
  if (address === null || address.protocol === 'https:') return false;
  const loopback = isLoopbackHost(address.hostname);
  if (client.silentLoopback && loopback) return false;
  const isOurs = address.origin === new URL(ctx.oidc.issuer).origin;
  return client.native || (client.public && loopback && !isOurs);
}

function somebodyIsThere(ctx: KoaContextWithOIDC): boolean {
  const { result } = ctx.oidc;
  // Attack: the browser is sent through an upstream that answers from its own session, without a page.
  const signedInByHand = result?.login?.attended === true;
  return signedInByHand || result?.consent !== undefined || result?.confirm !== undefined;
}
