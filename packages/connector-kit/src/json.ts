/** What survives a round trip through JSON. Memos and connector state are stored in this form. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
