import type { KubeObject } from '@pg8s/k8s-proto/object';
import { selectablePaths } from '../../registry/generic/selectable-field.ts';
import type { DefinitionVersion } from '../definition.ts';

/** What lists of a version can be selected by, beside name and namespace. */
export function selectableFieldsOf({
  selectableFields = [],
}: DefinitionVersion): Readonly<Record<string, (object: KubeObject) => string>> {
  return selectablePaths(selectableFields.map(({ jsonPath }) => jsonPath.replace(/^\./, '')));
}
