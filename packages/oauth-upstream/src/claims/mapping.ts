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

/** @throws ConnectorError `bad_response` for claims of a wrong form, `misconfigured` where a needed one is missing */
export function identityFrom(claims: Claims, mapping: ClaimMapping): Facts {
  const displayName = firstText(claims, mapping.displayName);
  const email = emailIn(claims, mapping);
  return {
    upstreamId: required(idAt(claims, mapping.id), 'claims.id', [mapping.id]),
    username: required(firstText(claims, mapping.username), 'claims.username', mapping.username),
    ...(displayName !== undefined && { displayName }),
    ...(email !== undefined && { email }),
    groups: groupsIn(claims, mapping.groups),
  };
}

/** Attack: an address that nobody has checked is somebody else's (nOAuth). Silence is not yes. */
function emailIn(claims: Claims, mapping: ClaimMapping): Facts['email'] | undefined {
  const address = textAt(claims, mapping.email);
  if (address === undefined) return undefined;
  return { address, verified: isTrueAt(claims, mapping.emailVerified) ?? mapping.assumeEmailVerified };
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
