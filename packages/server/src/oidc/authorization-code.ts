/** Authorization codes: each with a grant of its own. */
import type { default as Provider } from 'oidc-provider';
import { oursToAnswer, outlivesSession } from './session-binding.ts';

type CodeClass = Provider['AuthorizationCode'];
type Code = InstanceType<CodeClass>;
type Find = (value: string, options?: object) => Promise<Code | undefined>;

/**
 * The library's grant belongs to a browser session and a client: a replayed code or a stolen refresh token would end
 * every other sign-in of that client in that browser too. So what was granted is copied into a grant for this code
 * and for what comes of it; the session's grant remembers consent and nothing else.
 */
export function authorizationCodeClass(provider: Provider, Base: CodeClass): CodeClass {
  const found = Base.find as unknown as Find;
  return class AuthorizationCode extends Base {
    static override find = (async (value: string, options?: object) => {
      const code = await found.call(provider.AuthorizationCode, value, { ...options, ...oursToAnswer });
      return code !== undefined && (await outlivesSession(provider, code)) ? code : undefined;
    }) as typeof Base.find;

    /** `AccessToken.revokeByGrantId` ends all that belongs to the grant. */
    static override async revokeByGrantId(): Promise<void> {}

    override async save(): Promise<string> {
      const grant = new provider.Grant({ accountId: this.accountId, clientId: this.clientId });
      grant.addOIDCScope(this.scope ?? 'openid');
      this.grantId = await grant.save();
      return super.save();
    }
  } as CodeClass;
}
