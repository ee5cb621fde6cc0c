import { isDeepStrictEqual } from 'node:util';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { invalid } from '../../api-errors/status-error.ts';
import { inTurns } from '../../http/in-turns.ts';
import type { JsonObject } from '../../json/json-value.ts';
import { invalidValue } from '../../registry/fields/field-errors.ts';
import { qualifiedName } from '../../registry/fields/formats.ts';
import { validateMetadata } from '../../registry/fields/metadata.ts';
import { validateChangedMetadata } from '../../registry/fields/metadata-update.ts';
import { pathSegmentName, subdomainName } from '../../registry/fields/names.ts';
import { copyOf } from '../../registry/generic/copy-object.ts';
import { foregroundFinalizer, orphanFinalizer } from '../../registry/generic/deletion-finalizers.ts';
import { keepField } from '../../registry/generic/kind-strategy.ts';
import type { Strategy } from '../../registry/strategy.ts';
import type { CompiledSchema } from '../schema/compiled-schema.ts';
import type { ScalePaths } from '../schema/scale-paths.ts';

/** What the strategy of custom objects is made for: one version of a definition. */
export interface CustomKind {
  group: string;
  version: string;
  kind: string;
  namespaced: boolean;
  /** Whether the status has an endpoint of its own. */
  hasStatus: boolean;
  scale: ScalePaths | undefined;
  /** Compiled at the first call. */
  schema(): CompiledSchema;
}

/**
 * How custom objects of a version are prepared and checked (apiextensions-apiserver:
 * `customResourceStrategy`).
 */
export function customStrategy(about: CustomKind): Strategy {
  const { group, kind, namespaced, hasStatus, scale, schema } = about;
  return {
    group,
    kind,
    namespaced,
    validateName: pathSegmentName,
    garbageCollection: 'DeleteDependents',
    resetFields: hasStatus ? ['status'] : [],
    standardFinalizers: false,
    metadataCheckedLast: true,
    metadataChecksOnUpdate: [],
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: false,
    prepareForCreate(object) {
      if (hasStatus) delete object['status'];
      object.metadata.generation = 1;
    },
    validate(object, request) {
      ensureKind(object, about);
      const metadata = validateMetadata(object, { namespaced, validateName: subdomainName });
      return inTurns(
        schema().validate(json(object), { metadata, scale, warn: (text) => request.warn(text) }),
      );
    },
    warningsOnCreate: ({ metadata }) => finalizerWarnings(metadata.finalizers),
    prepareForUpdate(object, old) {
      if (hasStatus) keepField(object, old, 'status');
      if (!isDeepStrictEqual(withoutMetadata(object), withoutMetadata(old))) {
        object.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
    },
    validateUpdate(object, old, request) {
      ensureKind(object, about);
      const metadata = validateChangedMetadata(object, old);
      return inTurns(
        schema().validate(json(object), {
          metadata,
          old: json(old),
          scale,
          warn: (text) => request.warn(text),
        }),
      );
    },
    warningsOnUpdate: ({ metadata }, old) => finalizerWarnings(metadata.finalizers, old.metadata.finalizers),
  };
}

/** The strategy of their `status`: nothing else changes (apiextensions-apiserver: `statusStrategy`). */
export function customStatusStrategy(base: Strategy, about: CustomKind): Strategy {
  const { scale, schema } = about;
  return {
    ...base,
    resetFields: ['metadata', 'spec'],
    prepareForUpdate(object, old) {
      for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
        if (field !== 'metadata' && field !== 'status') keepField(object, old, field);
      }
      const { metadata } = object;
      const { managedFields, resourceVersion } = metadata;
      for (const name of Object.keys(metadata)) delete (metadata as JsonObject)[name];
      Object.assign(metadata, copyOf(old.metadata));
      delete metadata.managedFields;
      if (managedFields !== undefined) metadata.managedFields = managedFields;
      if (resourceVersion !== undefined) metadata.resourceVersion = resourceVersion;
    },
    validateUpdate(object, old, request) {
      ensureKind(object, about);
      const metadata = validateChangedMetadata(object, old);
      return inTurns(
        schema().validateStatus(json(object), {
          metadata,
          old: json(old),
          scale,
          warn: (text) => request.warn(text),
        }),
      );
    },
  };
}

const json = (object: KubeObject) => object as unknown as JsonObject;

/** Of an object of another kind or version, nothing else is said. */
function ensureKind({ apiVersion, kind, metadata }: KubeObject, about: CustomKind): void {
  const wanted = `${about.group}/${about.version}`;
  const findings = [
    ...(kind === about.kind ? [] : [invalidValue('kind', kind, `must be ${about.kind}`)]),
    ...(apiVersion === wanted ? [] : [invalidValue('apiVersion', apiVersion, `must be ${wanted}`)]),
  ];
  if (findings.length === 0) return;
  throw invalid({ group: groupVersionOf(apiVersion).group, kind }, metadata.name ?? '', findings);
}

function withoutMetadata({ metadata: _metadata, ...rest }: KubeObject): object {
  return rest;
}

const standardFinalizers: ReadonlySet<string> = new Set([orphanFinalizer, foregroundFinalizer, 'kubernetes']);

/** New finalizers whose names could be anybody's. */
function finalizerWarnings(finalizers: readonly string[] = [], known: readonly string[] = []): string[] {
  const added = new Set(finalizers.filter((name) => !known.includes(name)));
  return [...added].sort().flatMap((name) => {
    const says = (text: string) => `metadata.finalizers: ${goQuote(name)}: ${text}`;
    const warnings = qualifiedName(name).map(says);
    if (name.includes('/') || standardFinalizers.has(name)) return warnings;
    const better = name.includes('.') ? ' including a path (/)' : '';
    return [
      ...warnings,
      says(
        `prefer a domain-qualified finalizer name${better} to avoid accidental conflicts with other finalizer writers`,
      ),
    ];
  });
}
