import { pluginTable, type PluginSelection } from '../admission/plugin-table.ts';
import { flagError } from './flag-error.ts';
import type { ApiserverFlagReader } from './flag-reader.ts';

/**
 * Which admission plugins run besides those that run by default, and which do not.
 *
 * @throws ApiserverFlagError for unknown plugins, in kube-apiserver's words, and for one to be enabled that
 * pg8s lacks.
 */
export function selectedPlugins(reader: ApiserverFlagReader): Required<PluginSelection> {
  const enabled = pluginsOf('enable-admission-plugins', reader);
  const disabled = pluginsOf('disable-admission-plugins', reader);
  const both = enabled.filter((name) => disabled.includes(name));
  if (both.length > 0) {
    throw flagError(
      'enable-admission-plugins',
      `and --disable-admission-plugins overlap: ${both.join(', ')} is in both`,
    );
  }
  const missing = enabled.filter((name) => pluginTable.find((row) => row.name === name)?.build === undefined);
  if (missing.length > 0) {
    throw flagError('enable-admission-plugins', `refused: pg8s does not have ${missing.join(', ')}`);
  }
  return { enabled, disabled };
}

function pluginsOf(flag: string, reader: ApiserverFlagReader): string[] {
  const names = reader.list(flag);
  const unknown = names.find((name) => !pluginTable.some((row) => row.name === name));
  if (unknown !== undefined) throw flagError(flag, `plugin ${JSON.stringify(unknown)} is unknown`);
  return names;
}
