/**
 * What an object says when it is sent, and what it says once decoded; `metadata.name` is `x` and left out
 * where nothing is added to it.
 */
export interface DefaultsRow {
  /** `apps/v1/Deployment` */
  kind: string;
  /** What the row is about, where a kind has several. */
  says?: string;
  given: object;
  gives: object;
}
