import { type Fields, child, existing, fill, fillText } from '../../fields/fill.ts';
import { roundResourceList } from '../../fields/resource-list.ts';
import { defaultVolumeSource } from '../../pod-template/volumes/volume-defaults.ts';

/** Fills the defaults of a PersistentVolume (Kubernetes: `apis/core/v1/defaults.go`). */
export function defaultPersistentVolume(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(child(object, 'status'), { phase: 'Pending' });
  fillText(spec, { persistentVolumeReclaimPolicy: 'Retain' });
  fill(spec, { volumeMode: 'Filesystem' });
  roundResourceList(existing(spec, 'capacity'));
  defaultVolumeSource(spec);
}
