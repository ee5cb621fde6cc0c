import { dirname, resolve } from 'node:path';
import type { WebhookTokenOptions } from '../authentication/webhook-token.ts';
import { readWebhookKubeconfig } from '../outgoing/webhook-kubeconfig.ts';
import { flagError } from './flag-error.ts';
import type { ApiserverFlagReader } from './flag-reader.ts';

/**
 * The webhook that is asked about tokens; undefined: none is.
 *
 * @throws ApiserverFlagError for a file that cannot be read or used.
 */
export async function webhookTokenOptions(
  reader: ApiserverFlagReader,
): Promise<WebhookTokenOptions | undefined> {
  const flag = 'authentication-token-webhook-config-file';
  const version = reader.oneOf('authentication-token-webhook-version', ['v1', 'v1beta1']);
  const cacheTtlMs = reader.durationMs('authentication-token-webhook-cache-ttl');
  const file = await reader.file(flag);
  if (file === undefined) return undefined;
  try {
    const kubeconfig = readWebhookKubeconfig(file.toString(), dirname(resolve(reader.text(flag))));
    return { kubeconfig, version, cacheTtlMs };
  } catch (error) {
    throw flagError(flag, `cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}
