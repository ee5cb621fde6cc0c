import type { V1VolumeAttachment } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

export const volumeAttachmentTable = tableOf<V1VolumeAttachment>([
  nameColumn(),
  column('Attacher', ({ spec }) => spec.attacher, { format: 'name' }),
  column('PV', ({ spec }) => spec.source.persistentVolumeName ?? ''),
  column('Node', ({ spec }) => spec.nodeName),
  column('Attached', ({ status }) => status?.attached ?? false, { type: 'boolean' }),
  ageColumn(),
]);
