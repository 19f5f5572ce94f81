/** Access tokens: opaque, good for `/userinfo`, and alone when they are revoked. */
import LibraryProvider, { type default as Provider } from 'oidc-provider';
import { oursToAnswer, outlivesSession } from './session-binding.ts';

type AccessTokenClass = Provider['AccessToken'];
type AccessToken = InstanceType<AccessTokenClass>;
type Find = (value: string, options?: object) => Promise<AccessToken | undefined>;

export function accessTokenClass(provider: Provider, Base: AccessTokenClass): AccessTokenClass {
  const found = Base.find as unknown as Find;
  return class AccessToken extends Base {
    static override find = (async (value: string, options?: object) => {
      const token = await found.call(provider.AccessToken, value, { ...options, ...oursToAnswer });
      return token !== undefined && (await outlivesSession(provider, token)) ? token : undefined;
    }) as typeof Base.find;

    /** A client that hands an access token back (RFC 7009) still wants its refresh token. */
    static override async revokeByGrantId(grantId: string): Promise<void> {
      const ctx = LibraryProvider.ctx;
      if (ctx?.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken !== undefined) return;
      await Base.revokeByGrantId.call(provider.AccessToken, grantId);
    }
  } as AccessTokenClass;
}
