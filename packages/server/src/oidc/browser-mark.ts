/**
 * Ties a sign-in to the browser that began it, by a cookie that nobody else can plant.
 *
 * Attack: somebody begins a sign-in and plants its cookie in another person's browser. A neighbour on a sister domain
 * can (RFC 6265, section 8.6): the cookies of a sign-in are bound to its path, and so cannot have the prefix `__Host-`.
 * The person signs in on our own page, and whoever kept the second cookie goes on as that person.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import LibraryProvider, { type default as Provider } from 'oidc-provider';
import { hostCookie } from '../http/host-cookie.ts';
import type { Issuer } from '../http/issuer.ts';

type InteractionClass = Provider['Interaction'];
type Interaction = InstanceType<InteractionClass>;
type Find = (value: string, options?: object) => Promise<Interaction | undefined>;

/** Kept with the sign-in: the hash of the browser's cookie. */
interface Marked {
  browser?: string;
}

export interface Jar {
  get(name: string, options: { signed: true }): string | undefined;
  set(name: string, value: string, options: object): unknown;
}

export class BrowserMark {
  readonly #name: string;
  readonly #options: object;

  constructor(issuer: Pick<Issuer, 'secure' | 'base'>) {
    const { name, path } = hostCookie('gatehouse_browser', issuer);
    this.#name = name;
    const { secure } = issuer;
    this.#options = { signed: true, httpOnly: true, sameSite: 'lax', overwrite: true, secure, path };
  }

  /** One cookie serves all sign-ins of a browser, until it is closed. */
  markOf(cookies: Jar): string {
    const value = this.#read(cookies) ?? this.#make(cookies);
    return hashOf(value).toString('base64url');
  }

  isOf(cookies: Jar, interaction: object): boolean {
    const value = this.#read(cookies);
    const expected = Buffer.from((interaction as Marked).browser ?? '', 'base64url');
    if (value === undefined || expected.length !== 32) return false;
    return timingSafeEqual(hashOf(value), expected);
  }

  #read(cookies: Jar): string | undefined {
    return cookies.get(this.#name, { signed: true });
  }

  #make(cookies: Jar): string {
    const value = randomBytes(32).toString('base64url');
    cookies.set(this.#name, value, this.#options);
    return value;
  }
}

/** The name of the class must stay: it is the kind of the record. */
export function interactionClass(
  provider: Provider,
  Base: InteractionClass,
  mark: BrowserMark,
): InteractionClass {
  const found = Base.find as unknown as Find;
  return class Interaction extends Base {
    declare browser?: string;

    static override get IN_PAYLOAD(): string[] {
      return [...Base.IN_PAYLOAD, 'browser'];
    }

    /** On the way back from the login pages; these themselves look into `isOf`. */
    static override find = (async (uid: string, options?: object) => {
      const interaction = await found.call(provider.Interaction, uid, options);
      const cookies = LibraryProvider.ctx?.cookies as Jar | undefined;
      if (interaction === undefined || cookies === undefined) return interaction;
      return mark.isOf(cookies, interaction) ? interaction : undefined;
    }) as typeof Base.find;

    override async save(lifetime: number): Promise<string> {
      const cookies = LibraryProvider.ctx?.cookies as Jar | undefined;
      if (cookies !== undefined) this.browser ??= mark.markOf(cookies);
      return super.save(lifetime);
    }
  } as InteractionClass;
}

function hashOf(value: string): Buffer {
  return createHash('sha256').update(value, 'utf8').digest();
}
