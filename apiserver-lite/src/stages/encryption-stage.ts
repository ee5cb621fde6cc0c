import { watchFile, unwatchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ApiserverOptions } from '../apiserver-options.ts';
import { EncryptionAtRest } from '../encryption/encryption-at-rest.ts';
import { readEncryptionConfiguration } from '../encryption/encryption-configuration.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { ValueTransformer } from '../storage/value-transformer.ts';

/** How values are encrypted in the store. */
export interface EncryptionStage {
  /** Undefined: nothing is encrypted, and no time is spent on it. */
  readonly transformerFor?: (resource: { group: string; name: string }) => ValueTransformer;
  /** The file is not looked at any more. */
  close(): void;
}

/** How often the file is looked at. */
const everyMs = 1000;

/** Follows the file of the configuration, where that is wanted. */
export function encryptionStage(
  { encryption, log }: ApiserverOptions,
  { encryption: metrics }: ServerMetrics,
): EncryptionStage {
  if (encryption === undefined) return { close: () => undefined };
  const atRest = new EncryptionAtRest(encryption.resources, metrics);
  const file = encryption.reloadFile;
  const reload = async (): Promise<void> => {
    if (file === undefined) return;
    try {
      atRest.configure(readEncryptionConfiguration(await readFile(file, 'utf8')));
      log.info({ file }, 'the configuration of encryption was read again');
    } catch (error) {
      log.error({ err: error, file }, 'the configuration of encryption cannot be used: the old one stays');
    }
  };
  const changed = (): void => void reload();
  if (file !== undefined) watchFile(file, { interval: everyMs, persistent: false }, changed);
  return {
    transformerFor: ({ group, name }) => atRest.transformerFor({ group, resource: name }),
    close: () => {
      if (file !== undefined) unwatchFile(file, changed);
    },
  };
}
