/** The page of choices: in which order, and what was looked for. */
import type { Context } from 'koa';
import type { OpenConnector } from '../connectors/open-connector.ts';
import { lastUsed } from '../http/last-used.ts';
import { show } from '../http/show.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { choicePage, type Finder, type Way } from '../pages/choice.ts';
import type { LoginRoom } from './login-room.ts';
import { addressOf, returnFormOf } from './sign-in.ts';

export interface Choice {
  readonly usable: readonly OpenConnector[];
  readonly search?: Search;
}

export interface Search {
  readonly sought: string;
  /** If it was an e-mail address. */
  readonly domain?: string;
  readonly found: readonly OpenConnector[];
}

/** More than fit on one screen. */
const many = 8;

/** Whether an upstream answers is not asked: one that is down is told when somebody goes there, and is never missing. */
export function showChoice(room: LoginRoom, ctx: Context, pending: PendingSignIn, choice: Choice): void {
  const { usable, search } = choice;
  const last = lastUsed(ctx, room.issuer);
  const found = search === undefined || search.found.length === 0 ? usable : search.found;
  const ways = found.map((open) => wayOf(room, pending, open, last));
  const page = choicePage(room.site, {
    clientName: pending.client.name,
    ways: [...ways.filter((way) => way.lastUsed), ...ways.filter((way) => !way.lastUsed)],
    many: usable.length > many,
    ...finderOf(room, pending, choice),
    back: returnFormOf(room, pending),
  });
  show(ctx, 200, page);
}

function wayOf(
  room: LoginRoom,
  pending: PendingSignIn,
  { entry, connector }: OpenConnector,
  last: string | undefined,
): Way {
  const picture = room.pictures.get(entry.id);
  return {
    name: entry.name,
    address: addressOf(room, pending, 'with', entry.id),
    ...(connector.mark !== undefined && { mark: connector.mark }),
    ...(picture !== undefined && { picture }),
    lastUsed: entry.id === last,
  };
}

/** A field, where looking through the list is work, or where an address can save looking at it at all. */
function finderOf(
  room: LoginRoom,
  pending: PendingSignIn,
  { usable, search }: Choice,
): { readonly finder?: Finder } {
  const byAddress = usable.some(({ entry }) => entry.domains.length > 0);
  const byName = usable.length > many;
  if (!byAddress && !byName) return {};
  const action = addressOf(room, pending, 'with');
  const csrf = room.formTokens.issue(pending.uid);
  return { finder: { action, csrf, byAddress, byName, ...(search && { search: outcomeOf(search) }) } };
}

function outcomeOf({ sought, domain, found }: Search): NonNullable<Finder['search']> {
  return { sought, matches: found.length, ...(domain !== undefined && { domain }) };
}
