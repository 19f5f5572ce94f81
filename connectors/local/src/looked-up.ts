/** What `connector check --user` tells about an account. Its password hash is not among it. */
import type { Check, LookedUp } from '@gatehouse/connector-kit';
import type { LocalAccount } from './directory.ts';
import { identityOf, type LocalState } from './identity.ts';
import { checkPasswordHash } from './password-hash.ts';

export function lookedUp(account: LocalAccount | null): LookedUp<LocalState> {
  if (account === null) {
    const advice = 'See which accounts there are: `gatehouse user list`.';
    return { checks: [{ name: 'account', ok: false, detail: 'there is no such account', advice }] };
  }
  const { id, email, name, groups } = account;
  return {
    checks: [{ name: 'account', ok: true, detail: id }, ...passwordCheck(account)],
    person: {
      entry: id,
      attributes: [
        { name: 'id', values: [id] },
        { name: 'email', values: [email] },
        ...(name === undefined ? [] : [{ name: 'name', values: [name] }]),
        { name: 'groups', values: groups },
      ],
      identity: identityOf(account),
      memberships: groups.map((group) => ({ group, how: 'given to the account' })),
    },
  };
}

/** No line where it can be used. */
function passwordCheck({ email, passwordHash }: LocalAccount): readonly Check[] {
  const detail = checkPasswordHash(passwordHash);
  if (!detail) return [];
  return [
    { name: 'password', ok: false, detail, advice: `Make a new one: \`gatehouse user password ${email}\`.` },
  ];
}
