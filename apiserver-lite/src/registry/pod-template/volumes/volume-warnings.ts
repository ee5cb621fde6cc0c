import type { V1Volume } from '@pg8s/k8s-proto/generated/models';
import { overlapWarnings } from './overlapping-paths.ts';

/** Sources of volumes that no kubelet has any more, in the order of the warnings. */
const deadSources: Readonly<Record<string, string>> = {
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  gitRepo: 'deprecated in v1.11, and disabled by default in v1.33+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  flocker: 'deprecated in v1.22, non-functional in v1.25+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  quobyte: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
};

/** A source's name in warnings, where it is not the field's. */
const said: Readonly<Record<string, string>> = { storageos: 'storageOS' };

/** What no longer works of a Pod's or of a cluster's volume. */
export function sourceWarnings(source: object, field: string): string[] {
  const given = source as Record<string, unknown>;
  return Object.entries(deadSources).flatMap(([name, advice]) =>
    given[name] ? [`${field}.${said[name] ?? name}: ${advice}`] : [],
  );
}

/** The same of all volumes of a Pod, and files of them that are in each other's way. */
export function volumeWarnings(volumes: readonly V1Volume[] | undefined, field: string): string[] {
  const list = volumes ?? [];
  return [
    ...list.flatMap((volume, index) => sourceWarnings(volume, `${field}[${index}]`)),
    ...list.flatMap(overlapWarnings),
  ];
}
