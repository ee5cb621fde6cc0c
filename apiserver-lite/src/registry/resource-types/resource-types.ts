import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ObjectCodec } from './object-codec.ts';
import type { OpenApiTypes } from './open-api-types.ts';
import type { PatchSchema } from './patch-schema.ts';
import type { Versions } from './versions.ts';

/**
 * What endpoints need to know about the type of the objects that a resource reads and writes. Endpoints look
 * nothing up in tables of kinds: a built-in kind brings what its message says, a custom one what its schema
 * says.
 */
export interface ResourceTypes {
  /**
   * From bodies to objects and back; also says whether there is a protobuf form, and which fields are
   * unknown.
   */
  readonly codec: ObjectCodec;
  /** Lists and fields as a strategic merge patch sees them; undefined: such patches are not taken (415). */
  readonly patchSchema: PatchSchema | undefined;
  /** In which versions fields may be owned, and how they are owned there. */
  readonly versions: Versions;
  /** Its schemas in OpenAPI documents; undefined: those that the published table has for the kind. */
  readonly openApi?: OpenApiTypes;
  /** Fills in the defaults of a decoded object in the served version. Running it twice is running it once. */
  applyDefaults(object: KubeObject): void;
  /**
   * An object of the served version in another one, also of another group where the kind is stored in one
   * place with it; the object itself stays as it is. Rejects with what keeps it from being converted.
   */
  convert(object: KubeObject, apiVersion: string): Promise<KubeObject>;
}
