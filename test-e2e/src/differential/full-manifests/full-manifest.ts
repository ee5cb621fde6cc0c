/** An object of a kind that uses most of what it may have, written without defaults. */
export interface FullManifest {
  apiVersion: string;
  kind: string;
  /** All but apiVersion, kind and metadata. */
  body: Record<string, unknown>;
  /** A status that may be written to it through its status subresource. */
  status?: Record<string, unknown>;
}
