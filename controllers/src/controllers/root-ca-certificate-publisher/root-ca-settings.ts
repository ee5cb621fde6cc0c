import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import type { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';

/** Settings of the publisher of `kube-root-ca.crt`. */
export interface RootCaSettings {
  /** Path of a PEM file, which the caller reads into `rootCa`; empty where none was given. */
  rootCaFile: string;
  /** PEM to publish; empty: the certificate authority of the kubeconfig. */
  rootCa: string;
}

/** Its flags. */
export const rootCaFlags: readonly ComponentFlag[] = [
  inEffect.string(
    'root-ca-file',
    '',
    'PEM for kube-root-ca.crt in every namespace; unset: the authority in the kubeconfig.',
  ),
];

/** Its settings from its flags. The file is not read. */
export function readRootCaSettings(flags: FlagReader): RootCaSettings {
  return { rootCaFile: flags.text('root-ca-file'), rootCa: '' };
}
