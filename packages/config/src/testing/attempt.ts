/** For tests: reads a text with made-up connectors, files and variables. */
import { z } from 'zod';
import type { AnyConnectorDefinition } from '../connector-configs.ts';
import { type Loaded, type ParseOptions, parseConfig } from '../load.ts';
import { ConfigError } from '../source/problem.ts';

const directorySchema = z.strictObject({
  host: z.string().min(1),
  bindPassword: z.string().min(8).meta({ secret: true }).optional(),
  note: z.string().optional(),
  insecureNoTls: z.boolean().default(false),
  searches: z
    .array(z.strictObject({ base: z.string(), depth: z.int().min(1).max(9).default(1) }))
    .default([]),
});

export const directory = definition('directory', directorySchema);
export const local = definition('local', z.strictObject({}));
export const mock = definition('mock', z.strictObject({}));

function definition<T>(type: string, config: z.ZodType<T>): AnyConnectorDefinition {
  return { kit: 1, type, title: `A ${type}`, config, open: () => null } as AnyConnectorDefinition;
}

export interface Attempt extends Partial<ParseOptions> {
  /** By absolute path. */
  readonly files?: Readonly<Record<string, string>>;
}

export function attempt(text: string, { files = {}, ...options }: Attempt = {}): Promise<Loaded> {
  return parseConfig({
    text,
    folder: '/etc/gatehouse',
    env: {},
    definitions: [directory, local, mock],
    checkPasswordHash: (hash) => (hash.startsWith('$2') ? undefined : 'not a hash'),
    readFile: async (path) => {
      const content = files[path];
      if (content === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return Buffer.from(content);
    },
    ...options,
  });
}

/** The rendered problems; a text that loads is a failure of the test. */
export async function complaint(text: string, options?: Attempt): Promise<string> {
  const outcome = await attempt(text, options).catch((error: unknown) => error);
  if (outcome instanceof ConfigError) return outcome.message;
  throw new Error('expected a ConfigError', { cause: outcome });
}
