/** `connectors` and `plugins`: the ways to sign in. */
import { z } from 'zod';
import { connectorId, list, path, text } from './primitives.ts';
import { rules } from './rules.ts';

export const connector = z.strictObject({
  id: connectorId().describe('Part of the `sub` of everybody who signs in here: never change it.'),
  type: text({ max: 64 }).describe('Which kind: `local`, `ldap`, `mock`, or one that a plugin brings.'),
  name: text({ max: 100 })
    .optional()
    .describe('On the page where people choose. Without it, the title of the type.'),
  mark: path()
    .optional()
    .describe(
      'An SVG or PNG file, at most 64 KiB, square: the picture beside the name. Without it, a glyph for the kind of upstream.',
    ),
  domains: list(text({ max: 253 }).regex(/^[a-z0-9.-]+$/i, { error: 'must be a domain such as example.com' }))
    .prefault([])
    .describe(
      'E-mail domains whose people belong here. Who types such an address on the page where people choose goes straight on, and so does who comes with it as `login_hint`.',
    ),
  config: z.unknown().prefault({}).describe('Depends on the type; see below.'),
  rules,
});

/** They stand on one page, and every two of them are compared. */
export const maxConnectors = 100;

export const connectors = list(connector)
  .max(maxConnectors, { error: `has more than ${maxConnectors} entries` })
  .prefault([])
  .describe('The ways to sign in. With more than one, people choose on a page.');

export const plugins = list(text().meta({ kind: 'package' }))
  .prefault([])
  .describe(
    'Packages that bring further types of connector, found from the folder of the configuration file.',
  );
