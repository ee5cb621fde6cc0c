import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { parse } from 'yaml';
import { kubeconfigCredentials, type CredentialsOf, type Kubeconfig } from './webhook-credentials.ts';

const kinds: Readonly<Record<string, string>> = {
  'apiserver.config.k8s.io/v1': 'WebhookAdmissionConfiguration',
  'apiserver.config.k8s.io/v1alpha1': 'WebhookAdmission',
};

/**
 * How a plugin of webhooks shows who it is, by its part of the AdmissionConfiguration: as the users of
 * `kubeConfigFile` (Kubernetes: `webhook/config.LoadConfig`). Files that the kubeconfig names are read at
 * each call. Throws an Error for a configuration, or a kubeconfig, that cannot be read.
 */
export function configuredCredentials(configuration: unknown): CredentialsOf | undefined {
  if (configuration === undefined) return undefined;
  const { apiVersion = '', kind = '', kubeConfigFile = '' } = configuration as Record<string, string>;
  if (!Object.hasOwn(kinds, apiVersion) || kinds[apiVersion] !== kind) {
    throw new Error(`no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)}`);
  }
  if (kubeConfigFile === '') return undefined;
  if (!isAbsolute(kubeConfigFile)) {
    throw new Error(
      `kubeConfigFile: Invalid value: ${goQuote(kubeConfigFile)}: must be an absolute file path`,
    );
  }
  const kubeconfig = parse(readFileSync(kubeConfigFile, 'utf8')) as Kubeconfig | null;
  const folder = dirname(kubeConfigFile);
  return kubeconfigCredentials(kubeconfig ?? {}, (path) => readFile(resolve(folder, path)));
}
