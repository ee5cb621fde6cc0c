import type { V1ServiceAccount } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, nameColumn, tableOf } from '../../table/column.ts';

export const serviceAccountTable = tableOf<V1ServiceAccount>([nameColumn(), ageColumn()]);
