/** What strategic merge needs to know of a field. */
export interface FieldPatchMeta {
  /** The schema of its value, or of its elements. */
  schema: PatchSchema;
  strategy: 'merge' | 'replace' | '';
  mergeKey: string;
}

/** The type of a JSON object in a patch (Kubernetes: `strategicpatch.LookupPatchMeta`). */
export interface PatchSchema {
  readonly name: string;
  /** Throws where the type has no such field. */
  field(name: string): FieldPatchMeta;
}
