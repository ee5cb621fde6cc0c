import type { V1IPAddress } from '@pg8s/k8s-proto/generated/models';
import type { TableConvertor } from '../../rest.ts';
import { age, column, nameColumn, tableOf } from '../../table/column.ts';

const none = '<none>';

const ipAddressColumns = tableOf<V1IPAddress>([
  nameColumn(),
  column('ParentRef', ({ spec }) => {
    if (!spec?.parentRef) return none;
    const { group = '', resource = '', namespace = '', name = '' } = spec.parentRef;
    const kind = (group === '' ? resource : `${resource}.${group}`).toLowerCase();
    return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
  }),
]);

/** kube-apiserver's rows have the age as a third cell, though no column is defined for it. */
export const ipAddressTable: TableConvertor = {
  ...ipAddressColumns,
  cells: (object, nowMs) => [
    ...ipAddressColumns.cells(object, nowMs),
    age(object.metadata.creationTimestamp, nowMs),
  ],
};
