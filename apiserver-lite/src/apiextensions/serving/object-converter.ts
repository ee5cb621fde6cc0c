import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Converter } from '../conversion/converter.ts';
import type { Definition } from '../definition.ts';

/** How objects of a definition become objects of another of its versions. */
export interface ObjectConverter extends Converter {
  /**
   * Converts without waiting; changes the object and answers with it. Absent: only `convert` can, and what
   * reads and writes objects waits for it.
   */
  now?(object: KubeObject, apiVersion: string): KubeObject;
}

/** The converter of a definition: made once each time that it changes. */
export type ConverterOf = (definition: Definition) => ObjectConverter;

/** `conversion.strategy: None`: only the version's name changes. */
export const nameConverter: ObjectConverter = {
  now(object, apiVersion) {
    object.apiVersion = apiVersion;
    return object;
  },
  convert: async (objects, apiVersion) => objects.map((object) => () => ({ ...object, apiVersion })),
};
