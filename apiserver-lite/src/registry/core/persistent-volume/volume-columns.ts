import type { V1PersistentVolume, V1PersistentVolumeClaim } from '@pg8s/k8s-proto/generated/models';

const accessModeNames: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

/** Access modes in their short forms, `RWO,ROX`, as the table shows them. */
export const accessModes = (modes: string[] = []) =>
  ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
    .filter((mode) => modes.includes(mode))
    .map((mode) => accessModeNames[mode] ?? mode)
    .join(',');

/** The annotation by which a class was asked for before there was a field goes first. */
export const storageClassName = ({ metadata, spec }: V1PersistentVolume | V1PersistentVolumeClaim) =>
  metadata?.annotations?.['volume.beta.kubernetes.io/storage-class'] ?? spec?.storageClassName ?? '';
