import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { AdmissionConfiguration } from '../admission/plugin.ts';
import { pluginTable } from '../admission/plugin-table.ts';
import { flagError } from './flag-error.ts';
import type { ApiserverFlagReader } from './flag-reader.ts';

const flag = 'admission-control-config-file';
const versions = ['apiserver.config.k8s.io/v1', 'apiserver.k8s.io/v1alpha1'];

interface Plugin {
  readonly name?: string;
  readonly path?: string;
  readonly configuration?: unknown;
}

/**
 * The configurations of plugins that `--admission-control-config-file` names: each is in the file, or in one
 * of its own beside it (Kubernetes: `apiserver.config.k8s.io/v1.AdmissionConfiguration`).
 *
 * @throws ApiserverFlagError for files that cannot be read, and for plugins that there are not.
 */
export async function admissionConfiguration(
  reader: ApiserverFlagReader,
): Promise<AdmissionConfiguration | undefined> {
  const file = await reader.file(flag);
  if (file === undefined) return undefined;
  const {
    apiVersion,
    kind,
    plugins = [],
  } = fieldsOf(file) as {
    apiVersion?: string;
    kind?: string;
    plugins?: readonly Plugin[];
  };
  if (kind !== 'AdmissionConfiguration' || !versions.includes(apiVersion ?? '')) {
    throw flagError(flag, `no kind "${kind ?? ''}" is registered for version "${apiVersion ?? ''}"`);
  }
  const folder = dirname(reader.text(flag));
  const configurations: Record<string, unknown> = {};
  for (const { name = '', path = '', configuration } of plugins) {
    if (!pluginTable.some((row) => row.name === name)) {
      throw flagError(flag, `plugin ${JSON.stringify(name)} is unknown`);
    }
    if (configuration !== undefined && configuration !== null) configurations[name] = configuration;
    else if (path !== '') {
      configurations[name] = fieldsOf(await reader.fileAt(flag, resolve(folder, path)));
    }
  }
  return configurations;
}

function fieldsOf(file: Buffer): object {
  let value: unknown;
  try {
    value = parse(file.toString());
  } catch (error) {
    throw flagError(flag, `cannot be read: ${(error as Error).message}`);
  }
  return typeof value === 'object' && value !== null ? value : {};
}
