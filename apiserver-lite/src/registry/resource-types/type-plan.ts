/**
 * How values of a type are owned: as a whole, or piece by piece (Kubernetes: `structured-merge-diff/schema`).
 * Made from the schema when first asked for.
 */
export type TypePlan =
  | { kind: 'leaf' }
  | StructPlan
  | { kind: 'map'; value: TypePlan }
  | { kind: 'set' }
  | {
      kind: 'keyed';
      keys: readonly string[];
      defaults: Readonly<Record<string, unknown>>;
      element: TypePlan;
    };

/** A Go struct; its fields have owners of their own. */
export interface StructPlan {
  kind: 'struct';
  readonly fields: readonly FieldPlan[];
  readonly byName: ReadonlyMap<string, FieldPlan>;
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
}
