import type { V1RuntimeClass, V1Toleration } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidEach, required } from '../../fields/field-errors.ts';
import { dns1123Label } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { validateLabels } from '../../fields/metadata.ts';
import { each } from '../../fields/rules.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { defineKind } from '../../kind-module.ts';
import { renamedNodeLabel } from '../../pod-template/pod-warnings.ts';
import { validateResources } from '../../pod-template/resources/resources.ts';
import { validateTolerations } from '../../pod-template/scheduling/tolerations.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const runtimeClassTable = tableOf<V1RuntimeClass>([
  nameColumn(),
  column('Handler', ({ handler }) => handler),
  ageColumn(),
]);

/** Two tolerations that differ in their seconds at most are one too many. */
function validateDistinct(tolerations: readonly V1Toleration[] | undefined): FieldError[] {
  const seen = new Set<string>();
  return each(tolerations, 'scheduling.tolerations', (toleration, path) => {
    const { key = '', operator = '', value = '', effect = '' } = toleration;
    const id = JSON.stringify([key, operator, value, effect]);
    const found = seen.has(id) ? [duplicate(path, goValue('core.v1.Toleration', toleration))] : [];
    seen.add(id);
    return found;
  });
}

/** Kubernetes: `node/validation.ValidateRuntimeClass`. */
function validateRuntimeClass({ handler = '', overhead, scheduling }: V1RuntimeClass): FieldError[] {
  return [
    ...(handler === '' ? [required('handler')] : invalidEach('handler', handler, dns1123Label(handler))),
    ...(overhead === undefined
      ? []
      : validateResources({ limits: overhead.podFixed ?? {} }, 'overhead', { claims: new Set() })),
    ...validateLabels(scheduling?.nodeSelector, 'scheduling.nodeSelector'),
    ...validateTolerations(scheduling?.tolerations, 'scheduling.tolerations'),
    ...validateDistinct(scheduling?.tolerations),
  ];
}

/** Labels of nodes that have other names now. */
const runtimeClassWarnings: KindWarnings<V1RuntimeClass> = ({ scheduling }) =>
  Object.keys(scheduling?.nodeSelector ?? {}).flatMap((key) => {
    const advice = renamedNodeLabel(key);
    return advice === undefined ? [] : [`scheduling.nodeSelector[${key}]: ${advice}`];
  });

/** RuntimeClasses (Kubernetes: `pkg/registry/node/runtimeclass`). */
export const runtimeClassModule = defineKind('node.k8s.io/RuntimeClass', {
  strategy: {
    allowUnconditionalUpdate: false,
    allowCreateOnUpdate: true,
    immutable: ['handler'],
    standardFinalizers: false,
    metadataChecksOnUpdate: ['whole', 'object', 'change'],
    validate: validateRuntimeClass,
    warnings: runtimeClassWarnings,
  },
  table: runtimeClassTable,
});
