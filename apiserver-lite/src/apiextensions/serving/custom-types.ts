import type { JsonObject } from '../../json/json-value.ts';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../api-errors/status-error.ts';
import type { OpenApiTypes } from '../../registry/resource-types/open-api-types.ts';
import type { ResourceTypes } from '../../registry/resource-types/resource-types.ts';
import {
  problemText,
  type Converted,
  type Version,
  type Versions,
} from '../../registry/resource-types/versions.ts';
import type { Definition } from '../definition.ts';
import { appliedAtomics } from '../schema/applied-atomics.ts';
import { appliedProblems } from '../schema/applied-problems.ts';
import { ownershipPlan } from '../schema/ownership-plan.ts';
import { customOpenApi } from '../openapi/custom-open-api.ts';
import { customCodec } from './custom-codec.ts';
import type { ObjectConverter } from './object-converter.ts';
import type { VersionSchemas } from './version-schemas.ts';

/** What the types of a version are made from. */
export interface CustomTypesOptions {
  definition: Definition;
  version: string;
  schemas: VersionSchemas;
  converter: ObjectConverter;
}

/** What endpoints need to know of custom objects of one version; each part is made when first used. */
export function customTypes({ definition, version, schemas, converter }: CustomTypesOptions): ResourceTypes {
  let versions: Versions | undefined;
  let openApi: OpenApiTypes | undefined;
  const found = definition.spec.versions.find(({ name }) => name === version)!;
  return {
    codec: customCodec(schemas),
    patchSchema: undefined,
    get versions() {
      versions ??= versionsOf(definition, version, { schemas, converter });
      return versions;
    },
    get openApi() {
      openApi ??= customOpenApi(definition, found);
      return openApi;
    },
    applyDefaults: (object) => schemas.applyDefaults(object),
    async convert(object, apiVersion) {
      const [converted] = await converter.convert([object], apiVersion);
      return converted!();
    },
  };
}

function versionsOf(
  { spec: { group, versions, preserveUnknownFields = false } }: Definition,
  served: string,
  { schemas, converter }: Pick<CustomTypesOptions, 'schemas' | 'converter'>,
): Versions {
  const known = new Map<string, Version>();
  const convert = (objects: readonly JsonObject[], apiVersion: string): Converted => {
    const { now } = converter;
    return now === undefined
      ? asked(converter, objects, apiVersion)
      : objects.map((object) => now({ ...object } as unknown as KubeObject, apiVersion) as JsonObject);
  };
  const make = (name: string): Version => {
    const apiVersion = `${group}/${name}`;
    const problems = (document: JsonObject): readonly string[] =>
      appliedProblems(document, schemas.of(name).root, preserveUnknownFields);
    return {
      apiVersion,
      plan: ownershipPlan(schemas.of(name).root, preserveUnknownFields),
      sameStructure: name === served,
      to: (objects) => (name === served ? objects : convert(objects, apiVersion)),
      from: (objects) => (name === served ? objects : convert(objects, `${group}/${served}`)),
      printed: (document) => document,
      problems,
      atomics: (document) => appliedAtomics(document, schemas.of(name).root),
      ensureTyped(document) {
        const found = problems(document);
        if (found.length > 0) throw new StatusError(500, undefined, problemText(found));
      },
    };
  };
  const find = (apiVersion = ''): Version | undefined => {
    let version = known.get(apiVersion);
    if (version !== undefined) return version;
    const found = versions.find(({ name }) => `${group}/${name}` === apiVersion);
    if (found === undefined) return undefined;
    version = make(found.name);
    known.set(apiVersion, version);
    return version;
  };
  return { own: find(`${group}/${served}`) ?? make(served), find, missing };
}

async function asked(
  converter: ObjectConverter,
  objects: readonly JsonObject[],
  apiVersion: string,
): Promise<readonly JsonObject[]> {
  const results = await converter.convert(objects as readonly unknown[] as readonly KubeObject[], apiVersion);
  return results.map((result) => result() as unknown as JsonObject);
}

function missing(apiVersion = ''): Error {
  const why =
    apiVersion.split('/').length > 2
      ? `unexpected GroupVersion string: ${apiVersion}`
      : `request to convert CR to an invalid group/version: ${apiVersion}`;
  return new StatusError(500, undefined, why);
}
