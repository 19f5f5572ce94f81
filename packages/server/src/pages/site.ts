/** What all pages share: the operator's name and looks, and where the assets are. */

export interface Site {
  readonly name: string;
  /** The issuer's path, before every address on a page. */
  readonly base: string;
  readonly stylesheet: string;
  readonly icon: string;
  /** The operator's own, after ours. */
  readonly brandStylesheet?: string;
  readonly logo?: string;
}
