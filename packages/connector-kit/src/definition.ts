/** What a connector package exports by default. */
import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import type { Connector } from './connector.ts';
import type { ConnectorHost } from './host.ts';
import type { HttpNeeds } from './http-needs.ts';
import type { Json } from './json.ts';

/** Any schema library that speaks Standard Schema and Standard JSON Schema will do; zod 4 does. */
export type ConfigSchema<Config> = StandardSchemaV1<unknown, Config> & StandardJSONSchemaV1<unknown, Config>;

export interface ConnectorDefinition<Config, State extends Json> {
  /** The version of this contract. */
  readonly kit: 1;
  /** The word under `type:` in the configuration. */
  readonly type: string;
  /** For people: "LDAP or Active Directory". */
  readonly title: string;
  readonly config: ConfigSchema<Config>;
  /** What `host.fetch` has to know: which of the addresses it is asked for the operator wrote. Pure. */
  http?(config: Config): HttpNeeds;
  /** Pure: no network, no disk. A dead upstream never stops the start. */
  open(config: Config, host: ConnectorHost): Connector<State>;
}

/** Infers the type parameters; otherwise the identity function. */
export function defineConnector<Config, State extends Json>(
  definition: ConnectorDefinition<Config, State>,
): ConnectorDefinition<Config, State> {
  return definition;
}
