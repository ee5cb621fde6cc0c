import type {
  V1CustomResourceDefinition,
  V1CustomResourceDefinitionNames,
  V1CustomResourceDefinitionVersion,
} from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import {
  conditionOf,
  type ConditionType,
} from '../registry/apiextensions/custom-resource-definition/definition-conditions.ts';
import { cleanupFinalizer } from '../registry/apiextensions/custom-resource-definition/definition-delete.ts';
import { customResourceDefinitionConversion } from '../registry/apiextensions/custom-resource-definition/definition-versions.ts';
import type { DeepReadonly } from '../storage/follow/deep-readonly.ts';

/** A CustomResourceDefinition in `apiextensions.k8s.io/v1`. */
export type Definition = V1CustomResourceDefinition;

/** A version of what a definition defines. */
export type DefinitionVersion = V1CustomResourceDefinitionVersion;

/** The names of what a definition defines. */
export type DefinitionNames = V1CustomResourceDefinitionNames;

/** The group and plural name of definitions themselves. */
export const definitionsResource = {
  group: 'apiextensions.k8s.io',
  resource: 'customresourcedefinitions',
} as const;

const definitions = new WeakMap<object, Definition>();

/** The definition that is stored as `object`; the same one each time. */
export function definitionOf(object: DeepReadonly<KubeObject>): Definition {
  let definition = definitions.get(object);
  if (definition === undefined) {
    definition = customResourceDefinitionConversion.fromStored(object as KubeObject) as Definition;
    definitions.set(object, definition);
  }
  return definition;
}

/** The form in which a definition is stored. */
export function storedDefinition(definition: Definition): KubeObject {
  return customResourceDefinitionConversion.toStored(definition);
}

/** Whether there is such a condition and it is `True`. */
export function isTrue(definition: Definition, type: ConditionType): boolean {
  return conditionOf(definition, type)?.status === 'True';
}

/** Whether objects can be reached: the names were accepted, or were when it was established. */
export function isServed(definition: Definition): boolean {
  return isTrue(definition, 'NamesAccepted') || isTrue(definition, 'Established');
}

/** Whether the definition is being deleted, and its objects before it. */
export function isCleaningUp({ metadata }: Definition): boolean {
  return metadata.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(cleanupFinalizer);
}
