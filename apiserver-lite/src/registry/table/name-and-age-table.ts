import type { KubeObject } from '@pg8s/k8s-proto/object';
import { ageColumn, nameColumn, tableOf } from './column.ts';

export const nameAndAgeTable = tableOf<KubeObject>([nameColumn(), ageColumn()]);
