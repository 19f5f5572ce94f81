/** The library's view of one request, with its addresses and cookies nailed to the issuer. */
import type { Context } from 'koa';
import type { default as Provider } from 'oidc-provider';

type ContextClass = Provider['OIDCContext'];
type OidcContext = InstanceType<ContextClass>;
type Cookies = OidcContext['cookies'];

export interface RequestHooks {
  /** Once the parameters are read, before the client is authenticated by them. */
  paramsKnown(ctx: Context, route: string, params: object): void;
  /** Once the client is known, before anything else about the request is checked. */
  clientKnown(ctx: Context, oidc: OidcContext): void;
}

/** Without `cookies` and `params`, which the library's types call properties. */
interface Overridden {
  readonly ctx: Context;
  readonly route: string;
  urlFor(name: string, options?: Record<string, unknown>): string;
  entity(key: string, value: unknown): void;
}

export function contextClass(provider: Provider, Base: ContextClass, hooks: RequestHooks): ContextClass {
  return class OIDCContext extends (Base as unknown as new (ctx: never) => Overridden) {
    #params: object | undefined;

    /** Attack: the library builds addresses from the `Host` header, and a stranger may have written that. */
    override urlFor(name: string, options?: Record<string, unknown>): string {
      return provider.urlFor(name, options);
    }

    /** One jar for the whole request; the library would open a second one with other rules. */
    get cookies(): Cookies {
      return this.ctx.cookies as unknown as Cookies;
    }

    get params(): object | undefined {
      return this.#params;
    }

    /** The library assigns them. */
    set params(params: object) {
      this.#params = params;
      hooks.paramsKnown(this.ctx, this.route, params);
    }

    override entity(key: string, value: unknown): void {
      super.entity(key, value);
      if (key === 'Client') hooks.clientKnown(this.ctx, this as unknown as OidcContext);
    }
  } as unknown as ContextClass;
}
