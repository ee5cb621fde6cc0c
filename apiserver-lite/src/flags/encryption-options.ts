import { resolve } from 'node:path';
import type { EncryptionOptions } from '../apiserver-options.ts';
import { readEncryptionConfiguration } from '../encryption/encryption-configuration.ts';
import { flagError } from './flag-error.ts';
import type { ApiserverFlagReader } from './flag-reader.ts';

/**
 * How values are encrypted in the store; undefined: not at all.
 *
 * @throws ApiserverFlagError for a file that cannot be read or used.
 */
export async function encryptionOptions(reader: ApiserverFlagReader): Promise<EncryptionOptions | undefined> {
  const flag = 'encryption-provider-config';
  const isReloaded = reader.boolean(`${flag}-automatic-reload`);
  const file = await reader.file(flag);
  if (file === undefined) {
    if (isReloaded) throw flagError(`${flag}-automatic-reload`, `must be set with --${flag}`);
    return undefined;
  }
  try {
    const resources = readEncryptionConfiguration(file.toString());
    return { resources, ...(isReloaded ? { reloadFile: resolve(reader.text(flag)) } : {}) };
  } catch (error) {
    throw flagError(flag, `cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}
