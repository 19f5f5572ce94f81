/** Which claim says what about a person. */
import { ConnectorError, type Identity } from '@gatehouse/connector-kit';
import { type GroupSource, groupsIn } from './groups.ts';
import { type ClaimPath, type Claims, pathText } from './path.ts';
import { idAt, isTrueAt, textAt } from './values.ts';

/** Presets and defaults filled in. */
export interface ClaimMapping {
  /** Each has a part of the id; all must be there. */
  readonly id: ClaimPath;
  /** The first that is there. */
  readonly username: readonly ClaimPath[];
  readonly displayName: readonly ClaimPath[];
  readonly email: ClaimPath;
  readonly emailVerified: ClaimPath;
  /** Only where the upstream does not say. */
  readonly assumeEmailVerified: boolean;
  readonly groups: readonly GroupSource[];
}

type Facts = Omit<Identity<never>, 'state'>;

/**
 * @param sources of the same person; what the first says comes first
 * @throws ConnectorError `bad_response` for claims of a wrong form, `misconfigured` where a needed one is missing
 */
export function identityFrom(sources: Claims | readonly Claims[], mapping: ClaimMapping): Facts {
  const each = [sources].flat();
  const claims: Claims = Object.assign({}, ...each.toReversed());
  const displayName = firstText(claims, mapping.displayName);
  const email = emailIn(each, mapping);
  return {
    upstreamId: required(idAt(claims, mapping.id), 'claims.id', [mapping.id]),
    username: required(firstText(claims, mapping.username), 'claims.username', mapping.username),
    ...(displayName !== undefined && { displayName }),
    ...(email !== undefined && { email }),
    groups: groupsIn(claims, mapping.groups),
  };
}

/**
 * Attack: an address that nobody has checked is somebody else's (nOAuth). Silence is not yes, and the "yes" of one
 * source is about its own address: whoever has changed theirs since must not bring the old one's proof along.
 */
function emailIn(sources: readonly Claims[], mapping: ClaimMapping): Facts['email'] | undefined {
  const addresses = sources.map((claims) => textAt(claims, mapping.email));
  const address = addresses.find((each) => each !== undefined);
  if (address === undefined) return undefined;
  const said = sources
    .filter((_, index) => addresses[index] === address)
    .map((claims) => isTrueAt(claims, mapping.emailVerified));
  const verified = said.find((each) => each !== undefined) ?? mapping.assumeEmailVerified;
  return { address, verified };
}

function firstText(claims: Claims, paths: readonly ClaimPath[]): string | undefined {
  for (const path of paths) {
    const text = textAt(claims, path);
    if (text !== undefined) return text;
  }
  return undefined;
}

function required(text: string | undefined, option: string, paths: readonly ClaimPath[]): string {
  if (text !== undefined) return text;
  const tried = paths.map((path) => `"${pathText(path)}"`).join(', ');
  const reason = `the upstream sent no claim ${tried}; name one that it sends in \`${option}\``;
  throw new ConnectorError('misconfigured', { reason });
}
