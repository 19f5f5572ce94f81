/** Connector packages of third parties. Any fault in one stops the start, under the package's name. */
import type { AnyConnectorDefinition } from './connector-configs.ts';
import { quote } from './source/problem.ts';
import type { Report } from './source/report.ts';

/**
 * Imports a package from the folder of the configuration file and returns its default export, unchecked.
 * @throws Error whose message can stand behind the package's name
 */
export type LoadPlugin = (name: string, folder: string) => Promise<unknown>;

export interface PluginOptions {
  readonly definitions: readonly AnyConnectorDefinition[];
  readonly loadPlugin?: LoadPlugin;
  readonly folder: string;
  readonly report: Report;
}

/** The given definitions, and after them those of the plugins. */
export async function loadPlugins(
  names: readonly string[],
  { definitions, loadPlugin, folder, report }: PluginOptions,
): Promise<readonly AnyConnectorDefinition[]> {
  const all = [...definitions];
  for (const [index, name] of names.entries()) {
    try {
      if (!loadPlugin) throw new Error('cannot be loaded here');
      all.push(asDefinition(await loadPlugin(name, folder), all));
    } catch (error) {
      const why = error instanceof Error ? error.message : 'failed to load';
      report.problem(['plugins', index], `${quote(name)} ${why}`);
    }
  }
  return all;
}

/** Checked by hand: a plugin is JavaScript from elsewhere, and its types prove nothing. */
function asDefinition(value: unknown, taken: readonly AnyConnectorDefinition[]): AnyConnectorDefinition {
  if (typeof value !== 'object' || value === null)
    throw new Error('has no connector definition as its default export');
  const { kit, type, title, config, open } = value as Partial<Record<string, unknown>>;
  if (kit !== 1) throw new Error(`is made for kit ${String(kit)} of the connector contract; this is kit 1`);
  if (typeof type !== 'string' || !/^[a-z0-9][a-z0-9-]*$/.test(type)) throw new Error('has no usable type');
  if (typeof title !== 'string' || title === '') throw new Error('has no title');
  if (typeof open !== 'function') throw new Error('has no function open');
  if (!speaksStandardSchema(config)) throw new Error('has no config that speaks Standard Schema');
  if (taken.some((other) => other.type === type))
    throw new Error(`brings the type ${quote(type)}, which is there already`);
  return value as AnyConnectorDefinition;
}

function speaksStandardSchema(config: unknown): boolean {
  // Schemas of some libraries are functions with properties.
  if ((typeof config !== 'object' && typeof config !== 'function') || config === null) return false;
  const standard = (config as Record<string, unknown>)['~standard'];
  if (typeof standard !== 'object' || standard === null) return false;
  return 'validate' in standard && typeof standard.validate === 'function';
}
