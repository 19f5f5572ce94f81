/** When a NameID, or an attribute that holds one, may be the id of a person. */
import type { SamlConfig } from './config.ts';
import { nameIdFormats } from './names.ts';
import { misfit, quote } from './refusal.ts';
import type { NameId } from './response/subject.ts';

/** By their entity ids: what a NameID without qualifiers is of. */
export interface Parties {
  readonly idp: string;
  readonly sp: string;
}

/**
 * Attack: somebody is given the address, or the user name, of a person who has left, and with it the person's place.
 * Only a persistent NameID is never given to somebody else (SAML 2.0 core, section 8.3.7).
 */
export function idFromNameId(nameId: NameId, config: SamlConfig, parties: Parties): string {
  const { value, format } = nameId;
  requireQualifiers(nameId, config, parties);
  if (format === nameIdFormats.persistent && !config.insecureNameIdAsId) return value;
  if (config.insecureNameIdAsId && format !== nameIdFormats.transient) {
    requireAsked(format, config.nameIdFormat);
    return value;
  }
  return misfit(
    `the NameID has the format ${quote(format)} and may be somebody else's tomorrow: let the identity provider send a persistent one, or an id in an attribute that attributes.id names`,
  );
}

/**
 * Attack: an identity provider that passes on what others have told it sends their ids too, and two of them have given
 * the same one: an id is unique within its qualifiers only (SAML 2.0 core, section 8.3.7). One pair of them counts, so
 * that the value alone says who it is; left out, they are the two who talk.
 */
export function requireQualifiers(
  { nameQualifier, spNameQualifier }: NameId,
  config: Pick<SamlConfig, 'nameQualifier' | 'spNameQualifier'>,
  { idp, sp }: Parties,
): void {
  requireSame('nameQualifier', nameQualifier ?? idp, config.nameQualifier ?? idp);
  requireSame('spNameQualifier', spNameQualifier ?? sp, config.spNameQualifier ?? sp);
}

function requireSame(option: 'nameQualifier' | 'spNameQualifier', found: string, wanted: string): void {
  if (found === wanted) return;
  const attribute = `${option.charAt(0).toUpperCase()}${option.slice(1)}`.replace('Sp', 'SP');
  misfit(
    `the NameID is qualified by ${quote(found)} (${attribute}), and only within ${quote(wanted)} is it known to be one person's: let the identity provider make ids of its own for us, or, if all its ids are of that kind, write it into \`${option}\``,
  );
}

/** What leaves the choice to the provider, or was asked for in the hope of something better. */
const open: ReadonlySet<string | null> = new Set([null, nameIdFormats.unspecified, nameIdFormats.persistent]);

/**
 * Attack: the request travels through a browser, which puts another format in; then the user name that somebody has
 * chosen comes where the address was asked for, and it is another person's address.
 */
function requireAsked(format: string, asked: string | null): void {
  if (open.has(asked) || format === asked) return;
  misfit(
    `the NameID has the format ${quote(format)}, and ${quote(asked ?? '')} was asked for (nameIdFormat)`,
  );
}
