import type {
  V1MutatingAdmissionPolicy,
  V1ValidatingAdmissionPolicy,
} from '@pg8s/k8s-proto/generated/models';
import { column } from '../table/column.ts';

const unset = '<unset>';

export const paramKindColumn = column<V1ValidatingAdmissionPolicy | V1MutatingAdmissionPolicy>(
  'ParamKind',
  ({ spec }) => {
    const { apiVersion = '', kind = '' } = spec?.paramKind ?? {};
    return spec?.paramKind === undefined ? unset : `${apiVersion}/${kind}`;
  },
);
