/** A schema of the document, as far as it is read here. */
export interface Schema {
  type?: string;
  format?: string;
  $ref?: string;
  items?: Schema;
  additionalProperties?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
  'x-kubernetes-map-type'?: 'atomic';
}

/** `openapi-v2.json`, as far as it is read here. */
export interface OpenApiFacts {
  definitions: Record<string, Schema>;
}
