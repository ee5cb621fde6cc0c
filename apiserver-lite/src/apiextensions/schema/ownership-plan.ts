import { structPlan } from '../../registry/resource-types/built-in/message-plan.ts';
import {
  atomicPlan,
  type DynamicPlan,
  type FieldPlan,
  type FixedPlan,
  type StructPlan,
  type TypePlan,
} from '../../registry/resource-types/type-plan.ts';
import type { SchemaNode } from './schema-node.ts';

const objectMeta = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';
const leaf: FixedPlan = { kind: 'leaf' };

/**
 * Of what no schema describes: keys of objects have owners of their own, at every depth; lists are leaves.
 */
const untyped: DynamicPlan = {
  kind: 'dynamic',
  get object() {
    return untypedObject;
  },
  list: atomicPlan,
};
const untypedObject: FixedPlan = { kind: 'map', value: untyped };

/**
 * How fields of custom objects are owned, by their schema (Kubernetes: `kube-openapi/pkg/schemaconv` on what
 * `BuildOpenAPIV3` makes of the definition). Without a schema every key has its own owners. `preserves`: the
 * definition keeps unknown fields of all objects.
 */
export function ownershipPlan(root: SchemaNode | undefined, preserves = false): StructPlan {
  if (root === undefined) return { kind: 'struct', fields: [], byName: new Map(), rest: untyped };
  return objectPlan(root, preserves || root.preservesUnknown, true) as StructPlan;
}

function planOf(node: SchemaNode, above: boolean): TypePlan {
  const preserves = above || node.preservesUnknown;
  switch (node.schema.type ?? '') {
    case 'object':
      return objectPlan(node, preserves, node.isObject);
    case 'array':
      return listPlan(node, preserves);
    case '': {
      const object = objectPlan(node, preserves, node.isObject);
      return { kind: 'dynamic', object, list: listPlan(node, preserves) };
    }
    default:
      return leaf;
  }
}

/** `isObject`: it has apiVersion, kind and metadata. */
function objectPlan(node: SchemaNode, preserves: boolean, isObject: boolean): FixedPlan {
  if (node.schema['x-kubernetes-map-type'] === 'atomic') return atomicPlan;
  const plans = new Map([...node.properties].map(([name, child]) => [name, planOf(child, preserves)]));
  if (isObject) {
    plans.set('apiVersion', leaf).set('kind', leaf).set('metadata', structPlan(objectMeta));
  }
  const rest = restPlan(node, preserves || plans.size === 0, preserves);
  if (plans.size === 0) return rest === undefined ? structOf([]) : { kind: 'map', value: rest };
  const fields = [...plans]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, plan]): FieldPlan => {
      return { name, element: `f:${name}`, plan, zero: undefined, dropsEmpty: false, asWritten: true };
    });
  return structOf(fields, rest);
}

function structOf(fields: readonly FieldPlan[], rest?: TypePlan): StructPlan {
  const byName = new Map(fields.map((field) => [field.name, field]));
  return { kind: 'struct', fields, byName, ...(rest === undefined ? {} : { rest }) };
}

/** Of fields that are not listed; undefined: there may be none. */
function restPlan(
  { additional, schema }: SchemaNode,
  isOpen: boolean,
  preserves: boolean,
): TypePlan | undefined {
  if (additional === undefined) return isOpen ? untyped : undefined;
  if (additional !== 'any') return planOf(additional, preserves);
  return schema.additionalProperties === true ? untyped : undefined;
}

function listPlan({ items, listType, listMapKeys }: SchemaNode, preserves: boolean): FixedPlan {
  if (listType === 'set') return { kind: 'set' };
  if (listType !== 'map' || items === undefined) return atomicPlan;
  return {
    kind: 'keyed',
    keys: [...listMapKeys].sort(),
    defaults: keyDefaultsOf(items, listMapKeys),
    element: planOf(items, preserves),
  };
}

/** What an item's key is taken for that does not stand there. */
export function keyDefaultsOf(items: SchemaNode, keys: readonly string[]): Readonly<Record<string, unknown>> {
  const defaults: Record<string, unknown> = {};
  for (const key of keys) {
    const value = items.properties.get(key)?.default;
    if (value !== undefined) defaults[key] = value;
  }
  return defaults;
}
