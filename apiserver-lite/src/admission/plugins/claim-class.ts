import type { V1PersistentVolumeClaim } from '@pg8s/k8s-proto/generated/models';

/** Where claims named their class before they had a field for it; it goes first. */
const oldAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** The class that a claim names, perhaps an empty one; undefined: it names none. */
export function claimClass({ metadata, spec }: V1PersistentVolumeClaim): string | undefined {
  return metadata?.annotations?.[oldAnnotation] ?? spec?.storageClassName ?? undefined;
}
