import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/resource-info';
import type { UserInfo } from '../http/request-context.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** What is about to happen (Kubernetes: `admission.Attributes`). */
export interface AdmissionAttributes {
  readonly operation: AdmissionOperation;
  readonly resource: ResourceInfo;
  readonly subresource: string;
  /** Empty for cluster-scoped resources. */
  readonly namespace: string;
  /** Empty while a name is still to be generated, and for collections. */
  readonly name: string;
  /** The wanted object; absent on DELETE. Only `admit` may change it. */
  readonly object?: KubeObject;
  /** The stored object; absent on CREATE. Never to be changed. */
  readonly oldObject?: KubeObject;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  warn(text: string): void;
}

/** One admission plugin: refuses by throwing a StatusError. */
export interface AdmissionPlugin {
  /** kube-apiserver's name for it, as in `--enable-admission-plugins`. */
  readonly name: string;
  handles(operation: AdmissionOperation): boolean;
  /** May change `object`; runs before the strategy sees it. */
  admit?(attributes: AdmissionAttributes): Promise<void>;
  /** Sees the object as it would be stored. */
  validate?(attributes: AdmissionAttributes): Promise<void>;
}

/** The configured plugins, asked in order (Kubernetes: `admission.Interface`). */
export interface Admission {
  admit(attributes: AdmissionAttributes): Promise<void>;
  validate(attributes: AdmissionAttributes): Promise<void>;
}

/** Asks every plugin that handles the operation, in the given order; the first refusal ends it. */
export function admissionChain(plugins: readonly AdmissionPlugin[]): Admission {
  return {
    async admit(attributes) {
      for (const plugin of plugins) {
        if (plugin.handles(attributes.operation)) await plugin.admit?.(attributes);
      }
    },
    async validate(attributes) {
      for (const plugin of plugins) {
        if (plugin.handles(attributes.operation)) await plugin.validate?.(attributes);
      }
    },
  };
}
