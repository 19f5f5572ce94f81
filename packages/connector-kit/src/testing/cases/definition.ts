/** What a package exports, and that opening it asks nobody anything. */
import assert from 'node:assert/strict';
import type { Json } from '../../json.ts';
import type { ContractCase } from '../contract-cases.ts';
import type { ContractHarness } from '../harness.ts';
import { readConfig, stagedCase } from '../stage.ts';
import { testHost } from '../test-host.ts';

export function definitionCases<Config, State extends Json>(
  harness: ContractHarness<Config, State>,
): readonly ContractCase[] {
  const { definition, upstream } = harness;
  return [
    {
      name: 'the definition names its contract, its type and its title',
      async run() {
        assert.equal(definition.kit, 1);
        assert.match(definition.type, /^[a-z][a-z0-9-]{0,40}$/, 'the type is a lower-case word');
        assert.notEqual(definition.title.trim(), '');
      },
    },
    {
      name: 'a key that the configuration does not have is refused, so that a slip of the pen is found',
      async run() {
        await readConfig(definition, harness.config);
        const slip = { ...harness.config, noSuchKeyInAnyConnector: true };
        const read = await definition.config['~standard'].validate(slip);
        assert.ok(read.issues, 'an unknown key was accepted in silence');
      },
    },
    {
      name: 'the configuration is described as JSON Schema, for editors and documentation',
      async run() {
        const schema = definition.config['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
        assert.equal(schema.type, 'object');
      },
    },
    {
      name: 'opening with a dead upstream neither fails nor asks it',
      async run() {
        await upstream.reset();
        const config = await readConfig(definition, harness.config);
        await upstream.takeDown();
        const host = testHost(harness.host);
        const connector = definition.open(config, host);
        assert.ok(!('then' in connector), 'open answers at once, not with a promise');
        assert.deepEqual(host.fetched, [], 'open used the network');
        await connector.close?.();
      },
    },
    stagedCase(harness, 'closing twice is harmless', async ({ connector }) => {
      await connector.close?.();
    }),
  ];
}
