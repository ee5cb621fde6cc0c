import { goMapJson } from '@pg8s/k8s-proto/go-json';
import { parseJson } from '@pg8s/k8s-proto/json';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { copyOf } from '../../registry/generic/copy-object.ts';
import type { ValueCodec } from '../../storage/value-codec.ts';
import type { ConvertedObject } from '../conversion/converter.ts';
import type { ObjectConverter } from './object-converter.ts';
import type { VersionSchemas } from './version-schemas.ts';

/** Which versions values are of. */
export interface StoredVersions {
  /** The one in which objects come out of the codec, and go in. */
  apiVersion: string;
  /** The one in which they are written. */
  storageApiVersion: string;
  schemas: VersionSchemas;
  converter: ObjectConverter;
}

/**
 * How custom objects are stored: as JSON with sorted keys, in the storage version of their definition. What
 * is read, in whichever version it was written, is brought into the form of that version's schema, gets its
 * defaults, and is then converted (apiextensions-apiserver: `crdConversionRESTOptionsGetter`).
 */
export function storedCodec({
  apiVersion,
  storageApiVersion,
  schemas,
  converter,
}: StoredVersions): ValueCodec {
  const { now } = converter;
  const read = (value: Uint8Array): KubeObject => {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString();
    const object = parseJson(text);
    if (typeof object !== 'object' || object === null || !('metadata' in object)) {
      throw new Error('the value is no Kubernetes object');
    }
    const stored = object as KubeObject;
    schemas.conform(stored, { stored: true });
    schemas.applyDefaults(stored);
    return stored;
  };
  const converted = (object: KubeObject): KubeObject => {
    schemas.conform(object);
    return object;
  };
  const write = (object: KubeObject): Uint8Array => Buffer.from(`${goMapJson(object)}\n`);
  if (now !== undefined) {
    return {
      decode(value) {
        const object = read(value);
        return object.apiVersion === apiVersion ? object : converted(now(object, apiVersion));
      },
      encode: (object) =>
        write(
          object.apiVersion === storageApiVersion
            ? object
            : converted(now(copyOf(object), storageApiVersion)),
        ),
    };
  }
  return convertingCodec({ apiVersion, storageApiVersion, converter, read, converted, write });
}

interface ConvertingParts extends Omit<StoredVersions, 'schemas'> {
  read(value: Uint8Array): KubeObject;
  converted(object: KubeObject): KubeObject;
  write(object: KubeObject): Uint8Array;
}

/** Somebody else converts: all values of a page in one request. */
function convertingCodec(parts: ConvertingParts): ValueCodec {
  const { apiVersion, storageApiVersion, converter, read, converted, write } = parts;
  /** What this server just wrote, as it is read again: a webhook may have changed labels on the way. */
  const written = new WeakMap<Uint8Array, KubeObject>();
  const inVersion = async (object: KubeObject, wanted: string): Promise<KubeObject> => {
    if (object.apiVersion === wanted) return object;
    const [other] = await converter.convert([object], wanted);
    return converted((other as ConvertedObject)());
  };
  return {
    decode(value) {
      const own = written.get(value);
      if (own !== undefined) return copyOf(own);
      const object = read(value);
      if (object.apiVersion === apiVersion) return object;
      throw new Error(`an object of ${object.apiVersion} is read as one of ${apiVersion} without conversion`);
    },
    encode: write,
    async prepareEncode(object) {
      const bytes = write(await inVersion(copyOf(object), storageApiVersion));
      if (object.apiVersion !== storageApiVersion) {
        written.set(bytes, await inVersion(read(bytes), apiVersion));
      }
      return bytes;
    },
    async prepare(values) {
      const objects = values.map(({ value }) => attempt(() => read(value)));
      const others = objects.flatMap((outcome) =>
        'object' in outcome && outcome.object.apiVersion !== apiVersion ? [outcome.object] : [],
      );
      const results = others.length === 0 ? [] : await converter.convert(others, apiVersion);
      const byObject = new Map(others.map((object, index) => [object, results[index]]));
      return objects.map((outcome) => () => {
        if ('error' in outcome) throw outcome.error;
        const other = byObject.get(outcome.object);
        return other === undefined ? outcome.object : converted(other());
      });
    },
  };
}

type Outcome = { object: KubeObject } | { error: unknown };

function attempt(make: () => KubeObject): Outcome {
  try {
    return { object: make() };
  } catch (error) {
    return { error };
  }
}
