/** Whom a LogoutRequest names. */
import { ConnectorError } from '@gatehouse/connector-kit';
import type { SamlConfig } from '../config.ts';
import { idFromNameId, type Parties, requireQualifiers } from '../name-id.ts';
import { nameIdFormats } from '../names.ts';
import type { NameId } from '../response/subject.ts';

/**
 * Empty where the sessions alone tell: the id is an attribute, which a LogoutRequest does not say, or the provider leaves
 * the format out.
 *
 * Attack: somebody who has another person's id in another directory, or under another format, is turned away at the
 * sign-in; the provider thinks that they are signed in here all the same. When they sign out there, the other one would be
 * signed out here. So a name that could not have signed in as a person does not sign that person out.
 *
 * @throws ConnectorError where nobody can be found by it
 */
export function peopleNamedBy(
  nameId: NameId,
  sessions: readonly string[],
  config: SamlConfig,
  parties: Parties,
): readonly string[] {
  if (config.attributes.id !== undefined) {
    if (sessions.length > 0) return [];
    throw new ConnectorError('misconfigured', {
      reason:
        'the LogoutRequest names no session, and a NameID that is not the id (attributes.id): nobody can be found by it',
    });
  }
  requireQualifiers(nameId, config, parties);
  if (nameId.format === nameIdFormats.unspecified && sessions.length > 0) return [];
  return [idFromNameId(nameId, config, parties)];
}
