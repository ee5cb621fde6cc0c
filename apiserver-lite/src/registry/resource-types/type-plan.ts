/**
 * How values of a type are owned: as a whole, or piece by piece (Kubernetes: `structured-merge-diff/schema`).
 * Made from the schema when first asked for.
 */
export type TypePlan = FixedPlan | DynamicPlan;

/** A plan for values of one kind. */
export type FixedPlan =
  | LeafPlan
  | StructPlan
  | { kind: 'map'; value: TypePlan }
  | { kind: 'set' }
  | {
      kind: 'keyed';
      keys: readonly string[];
      defaults: Readonly<Record<string, unknown>>;
      element: TypePlan;
    };

/** Of values without a type: objects, lists and scalars are owned each in their own way. */
export interface DynamicPlan {
  kind: 'dynamic';
  readonly object: FixedPlan;
  readonly list: FixedPlan;
}

/** The plan by which a value is owned; what is null or not there is taken for an object. */
export function planOfValue(plan: TypePlan, value: unknown): FixedPlan {
  if (plan.kind !== 'dynamic') return plan;
  if (value === null || value === undefined) return plan.object;
  if (Array.isArray(value)) return plan.list;
  return typeof value === 'object' ? plan.object : leafPlan;
}

const leafPlan: LeafPlan = { kind: 'leaf' };

/** What is owned as a whole. */
export interface LeafPlan {
  kind: 'leaf';
  /** Whether the value is not of the type of its schema, so that nothing of the object can be owned. */
  readonly isOtherType?: (value: unknown) => boolean;
  /** It is a list or a map: who owned something in it owns it all. */
  readonly isAtomic?: true;
}

/** The plan of lists and maps that are owned as wholes. */
export const atomicPlan: LeafPlan = { kind: 'leaf', isAtomic: true };

/** A Go struct; its fields have owners of their own. */
export interface StructPlan {
  kind: 'struct';
  readonly fields: readonly FieldPlan[];
  readonly byName: ReadonlyMap<string, FieldPlan>;
  /** Of fields that are not listed, which are owned like keys of a map; absent: there are none. */
  readonly rest?: TypePlan;
}

/** A field of a struct. */
export interface FieldPlan {
  name: string;
  /** `f:spec` */
  element: string;
  plan: TypePlan;
  /** What Go prints when nothing was set; undefined where it leaves the field out. */
  zero: unknown;
  /** Go leaves the field out when it is empty. */
  dropsEmpty: boolean;
  /** The field is no part of a Go type: what is there is there, null too. */
  asWritten?: true;
}
