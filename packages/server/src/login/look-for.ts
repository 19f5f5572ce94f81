/** `POST /login/:uid/with`: the person types an e-mail address, or a part of a name, instead of looking for a button. */
import type { Context } from 'koa';
import type { OpenConnector } from '../connectors/open-connector.ts';
import { field } from '../http/form.ts';
import type { PendingSignIn } from '../oidc/oidc.ts';
import { longestSought } from '../pages/choice.ts';
import { beginWith, choose } from './choose.ts';
import { connectorsOf, domainOf } from './hinted-connector.ts';
import type { LoginRoom } from './login-room.ts';
import { showChoice } from './show-choice.ts';
import { usableConnectors } from './sign-in.ts';

/**
 * The one that has the domain is gone to at once; else the page comes again. What was typed is in no address of ours,
 * and nobody is asked about it: an address with any name before the @ gets the same answer.
 */
export async function lookFor(
  room: LoginRoom,
  ctx: Context,
  pending: PendingSignIn,
  form: URLSearchParams,
): Promise<void> {
  const sought = field(form, 'sought').trim().slice(0, longestSought);
  const usable = usableConnectors(room, pending);
  if (sought === '' || usable.length < 2) return choose(room, ctx, pending);
  const domain = domainOf(sought);
  const found = domain === undefined ? named(usable, sought) : connectorsOf(usable, domain);
  const [only, ...others] = found;
  if (domain !== undefined && only !== undefined && others.length === 0) {
    const wish = { ...pending.wish, loginHint: sought };
    return beginWith(room, ctx, { ...pending, wish }, only.entry.id);
  }
  showChoice(room, ctx, pending, { usable, search: { sought, found, ...(domain && { domain }) } });
}

/** Every word of what was typed is somewhere in the name or the domains. */
function named(usable: readonly OpenConnector[], sought: string): readonly OpenConnector[] {
  const words = plain(sought).split(/\s+/);
  return usable.filter(({ entry: { name, domains } }) => {
    const text = plain([name, ...domains].join('\n'));
    return words.every((word) => text.includes(word));
  });
}

/** Nobody should have to know whether it is Société or Societe. */
function plain(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}
