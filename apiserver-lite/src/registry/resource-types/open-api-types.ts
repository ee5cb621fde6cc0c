/**
 * How a kind that the published table of schemas does not have is described in OpenAPI documents. Schemas may
 * refer to those of the table (`ObjectMeta` and its like).
 */
export interface OpenApiTypes {
  /** The name of the kind's schema: `com.example.v1.Widget`. */
  readonly name: string;
  /** The name of the schema of its list. */
  readonly listName?: string;
  /** Changes when the schemas do. */
  readonly digest: string;
  /** All schemas by name, in OpenAPI 2 (`#/definitions/NAME`) or 3 (`#/components/schemas/NAME`). */
  schemas(version: 2 | 3): Readonly<Record<string, object>>;
}
