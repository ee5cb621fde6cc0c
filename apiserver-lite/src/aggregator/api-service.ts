import type { V1APIService } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ServiceReference } from '../outgoing/service-resolver.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';

/** An APIService as it is followed. */
export type FollowedApiService = DeepReadonly<V1APIService & KubeObject>;

/** Who answers for a version of a group, and in which order it stands among others. */
export interface ApiServiceEntry {
  /** `v1alpha1.wardle.example.com` */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly groupPriority: number;
  readonly versionPriority: number;
  /** Undefined: this server answers itself. */
  readonly remote: RemoteService | undefined;
  readonly isAvailable: boolean;
}

/** The server behind an APIService. */
export interface RemoteService {
  readonly service: ServiceReference;
  /** PEM. */
  readonly caBundle: string;
  readonly insecure: boolean;
}

/** An entry that has a server behind it. */
export interface RemoteEntry extends ApiServiceEntry {
  readonly remote: RemoteService;
}

/** What an APIService says. */
export function entryOf({ metadata, spec, status }: FollowedApiService): ApiServiceEntry {
  const { group = '', version = '', service, caBundle = '', groupPriorityMinimum = 0 } = spec ?? {};
  const available = status?.conditions?.find(({ type }) => type === 'Available');
  return {
    name: metadata.name ?? '',
    group,
    version,
    groupPriority: groupPriorityMinimum,
    versionPriority: spec?.versionPriority ?? 0,
    remote:
      service === undefined
        ? undefined
        : {
            service: {
              namespace: service.namespace ?? '',
              name: service.name ?? '',
              port: service.port ?? 443,
            },
            caBundle: Buffer.from(caBundle, 'base64').toString(),
            insecure: spec?.insecureSkipTLSVerify ?? false,
          },
    isAvailable: available?.status === 'True',
  };
}

/** Whether another server answers. The core group is always answered here. */
export function isRemote(entry: ApiServiceEntry): entry is RemoteEntry {
  return entry.remote !== undefined && entry.group !== '';
}

/** `/apis/GROUP/VERSION` */
export function pathOf({ group, version }: Pick<ApiServiceEntry, 'group' | 'version'>): string {
  return `/apis/${group}/${version}`;
}
