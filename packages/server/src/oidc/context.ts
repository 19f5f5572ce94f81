/** The library's view of one request, with its addresses and cookies nailed to the issuer. */
import type { Context } from 'koa';
import type { default as Provider } from 'oidc-provider';

type ContextClass = Provider['OIDCContext'];
type OidcContext = InstanceType<ContextClass>;
type Cookies = OidcContext['cookies'];

/** Called once the client of a request is known, before anything else about the request is checked. */
export type ClientKnown = (ctx: Context, oidc: OidcContext) => void;

/** Without `cookies`, which the library's types call a property where the library has a getter. */
interface Overridden {
  readonly ctx: Context;
  urlFor(name: string, options?: Record<string, unknown>): string;
  entity(key: string, value: unknown): void;
}

export function contextClass(provider: Provider, Base: ContextClass, clientKnown: ClientKnown): ContextClass {
  return class OIDCContext extends (Base as unknown as new (ctx: never) => Overridden) {
    /** Attack: the library builds addresses from the `Host` header, and a stranger may have written that. */
    override urlFor(name: string, options?: Record<string, unknown>): string {
      return provider.urlFor(name, options);
    }

    /** One jar for the whole request; the library would open a second one with other rules. */
    get cookies(): Cookies {
      return this.ctx.cookies as unknown as Cookies;
    }

    override entity(key: string, value: unknown): void {
      super.entity(key, value);
      if (key === 'Client') clientKnown(this.ctx, this as unknown as OidcContext);
    }
  } as unknown as ContextClass;
}
