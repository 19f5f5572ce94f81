/** ID tokens: the claims that are always there, and the audiences that a client may ask for. */
import { randomUUID } from 'node:crypto';
import { AudienceRefused, audiencesOf, type Client } from '@gatehouse/core';
import { decodeProtectedHeader } from 'jose';
import { errors, type default as Provider } from 'oidc-provider';
import { factsOf } from '../http/facts.ts';
import type { LibraryClient } from './client.ts';

type IdTokenClass = Provider['IdToken'];
type Issue = Parameters<InstanceType<IdTokenClass>['issue']>[0];

/** Bytes. Beyond this, proxies and API servers begin to refuse the header that carries the token. */
const longToken = 8 * 1024;

/** The name of the class must stay: the library looks lifetimes up by it. */
export function idTokenClass(Base: IdTokenClass, clients: ReadonlyMap<string, Client>): IdTokenClass {
  return class IdToken extends Base {
    override async issue(options: Issue): Promise<string> {
      if (options.use !== 'idtoken') return super.issue(options);
      this.set('jti', randomUUID());
      this.set('azp', this.client.clientId);
      this.set('at_hash', this.ctx.oidc.entities.AccessToken?.jti);
      for (const claim of ['auth_time', 'acr', 'amr']) this.set(claim, this.available[claim]);
      const signed = await signFor(this, audiences(this, clients), () => super.issue(options));
      if (signed.length > longToken) logSize(this, signed.length);
      return signed;
    }

    /** A hint from before the client's algorithm was changed still says whom it names. */
    static override async validate(hint: string, client: LibraryClient) {
      const { alg } = decodeProtectedHeader(hint);
      if (alg !== 'RS256' && alg !== 'ES256')
        throw new errors.InvalidRequest('could not validate id_token_hint');
      return Base.validate(hint, Object.create(client, { idTokenSignedResponseAlg: { value: alg } }));
    }
  } as IdTokenClass;
}

type IdToken = InstanceType<IdTokenClass> & { scope?: string };

/**
 * Trust is looked up each time, so it can be withdrawn. A token that was refreshed and lacks it is refused rather
 * than issued for fewer audiences: the person signs in again and is told why.
 */
function audiences(token: IdToken, clients: ReadonlyMap<string, Client>): readonly string[] {
  const client = clients.get(token.client.clientId);
  if (client === undefined) throw new errors.InvalidGrant('the client is not registered any more');
  try {
    return audiencesOf((token.scope ?? '').split(' '), client, (id) => clients.get(id));
  } catch (error) {
    if (error instanceof AudienceRefused) throw new errors.InvalidGrant({ cause: error });
    throw error;
  }
}

/** The library signs `aud` as the client's id and knows no other: it is shown a client whose id is the list. */
async function signFor(
  token: IdToken,
  audience: readonly string[],
  sign: () => Promise<string>,
): Promise<string> {
  if (audience.length === 1) return sign();
  const { client } = token;
  const manyNames = Object.create(client, { clientId: { value: [...audience] } });
  Object.assign(token, { client: manyNames });
  try {
    return await sign();
  } finally {
    Object.assign(token, { client });
  }
}

function logSize({ client, available, ctx }: IdToken, bytes: number): void {
  const groups = Array.isArray(available.groups) ? available.groups.length : 0;
  factsOf(ctx).log.warn({ client: client.clientId, bytes, groups }, 'the ID token is long');
}
