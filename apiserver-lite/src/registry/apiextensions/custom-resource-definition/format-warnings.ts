import type { KubeObject } from '@pg8s/k8s-proto/object';
import { schemasOf, specOf } from './definition.ts';
import { someSchema } from './schema/json-schema.ts';
import { isKnownFormat } from './schema/value-formats.ts';

function unknownFormats(object: KubeObject): string[] {
  const found: string[] = [];
  for (const schema of schemasOf(specOf(object))) {
    someSchema(schema, ({ type = '', format = '' }) => {
      if (format !== '' && !isKnownFormat(type, format)) found.push(format);
      return false;
    });
  }
  return found;
}

/**
 * Formats that mean nothing to the server are allowed with a warning; those that were stored before get none.
 */
export function formatWarnings(object: KubeObject, old?: KubeObject): string[] {
  const known = new Set(old === undefined ? [] : unknownFormats(old));
  return unknownFormats(object)
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}
