/**
 * The outermost middleware: who is asking, over what, under which request id.
 *
 * It then rewrites the forwarding headers to what we believe, so that nothing further in (the OpenID provider makes
 * contexts of its own) can be misled by what a client wrote there.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Log } from '@gatehouse/connector-kit';
import { withFields } from '@gatehouse/core';
import type { Middleware } from 'koa';
import { setFacts } from './facts.ts';
import type { Issuer } from './issuer.ts';
import { type Peer, readPeer, type TrustedProxies } from './trusted-proxies.ts';

export function establishFacts(issuer: Issuer, trusted: TrustedProxies, log: Log): Middleware {
  return async (ctx, next) => {
    const peer = readPeer(ctx.req, trusted);
    const id = requestId(ctx.req, peer);
    setFacts(ctx, {
      id,
      address: peer.address,
      host: peer.host,
      secure: peer.secure,
      log: withFields(log, { requestId: id }),
    });
    rewriteForwarding(ctx.req, peer, issuer);
    ctx.set('X-Request-Id', id);
    await next();
  };
}

/** A proxy's own id joins its log to ours; a stranger's would let two requests look like one. */
function requestId(req: IncomingMessage, peer: Peer): string {
  const given = req.headers['x-request-id'];
  if (peer.proxied && typeof given === 'string' && /^[\w.-]{8,64}$/.test(given)) return given;
  return randomBytes(12).toString('base64url');
}

/** Every address we hand out is the issuer's, whatever name reached us; `requireIssuerHost` guards the pages. */
function rewriteForwarding(req: IncomingMessage, peer: Peer, issuer: Issuer): void {
  for (const name of Object.keys(req.headers)) {
    if (name === 'forwarded' || name.startsWith('x-forwarded-')) delete req.headers[name];
  }
  req.headers.host = issuer.host;
  req.headers['x-forwarded-host'] = issuer.host;
  req.headers['x-forwarded-proto'] = issuer.secure ? 'https' : 'http';
  req.headers['x-forwarded-for'] = peer.address;
}
