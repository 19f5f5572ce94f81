/** The access rules and group mapping of one connector entry: the same for every kind of connector. */

/** An exact name (`admins`), or a pattern in which `*` stands for any run of characters (`k8s-*`). */
export type GroupPattern = string;

export interface IdentityRules {
  readonly require?: {
    readonly anyGroup?: readonly GroupPattern[];
    readonly allGroups?: readonly GroupPattern[];
  };
  readonly deny?: { readonly groups?: readonly GroupPattern[] };
  readonly groups?: GroupMapping;
}

/** Applied in this order: rename, include, exclude, prefix. */
export interface GroupMapping {
  readonly rename?: Readonly<Record<string, string>>;
  readonly include?: readonly GroupPattern[];
  readonly exclude?: readonly GroupPattern[];
  readonly prefix?: string;
}

/** What a client gets to see of the groups that are left. */
export interface GroupFilter {
  readonly include?: readonly GroupPattern[];
  readonly exclude?: readonly GroupPattern[];
}
