import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { TableConvertor } from '../rest.ts';
import { column, nameColumn, tableOf } from './column.ts';

/** Of the object of a bookmark, which was never created. */
const goZeroTime = '0001-01-01T00:00:00Z';

/** Name and birth, for kinds without columns of their own (Kubernetes: `rest.defaultTableConvertor`). */
export const defaultTable: TableConvertor = {
  ...tableOf<KubeObject>([
    nameColumn(),
    column('Created At', ({ metadata }) => metadata.creationTimestamp ?? goZeroTime, {
      type: 'date',
      description: 'When the object was created.',
    }),
  ]),
  // kube-apiserver appends row by row here: without any it is a nil slice.
  emptyRows: null,
};
