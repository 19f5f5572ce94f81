/** All options, as they are written. */
import { z } from 'zod';
import { connection } from './connection.ts';
import { groups } from './groups.ts';
import { kerberos } from './kerberos.ts';
import { people } from './people.ts';
import { presetNames } from './presets.ts';

export const options = z.strictObject({
  preset: z
    .enum(presetNames)
    .optional()
    .describe('The kind of directory: fills in what is known about it; what you write yourself wins.'),
  ...connection,
  ...people,
  ...groups,
  ...kerberos,
});

export type Options = z.output<typeof options>;
