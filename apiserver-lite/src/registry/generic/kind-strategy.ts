import { forgetUnprinted, holdsUnprinted, wasGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import type { StoreRequest, Strategy } from '../strategy.ts';
import { invalidValue } from '../fields/field-errors.ts';
import { immutable } from '../fields/metadata.ts';
import { subdomainName } from '../fields/names.ts';
import { copyOf, isSame } from './copy-object.ts';
import { dropUnused } from './unused-fields.ts';

/** Which kind a strategy is of. */
export type KindIdentity = Pick<Strategy, 'group' | 'kind' | 'namespaced'>;

/** How one kind differs from the rules that all kinds share. */
export interface KindTraits<T extends KubeObject = KubeObject> extends Partial<
  Pick<
    Strategy<T>,
    | 'validateName'
    | 'generatesNames'
    | 'garbageCollection'
    | 'resetFields'
    | 'standardFinalizers'
    | 'metadataCheckedLast'
    | 'metadataChecksOnUpdate'
    | 'allowCreateOnUpdate'
    | 'allowUnconditionalUpdate'
    | 'beginCreate'
    | 'beginUpdate'
    | 'warningsOnCreate'
    | 'warningsOnUpdate'
    | 'warningsOnDelete'
    | 'canonicalize'
    | 'shouldDeleteDuringUpdate'
    | 'checkGracefulDelete'
    | 'afterDelete'
    | 'ttlSeconds'
  >
> {
  /** A status that only the subresource may write: new objects begin with this one. */
  emptyStatus?: Record<string, unknown>;
  /** Fields (by path) whose change counts as a new generation; absent where the kind has no generation. */
  generation?: readonly string[];
  /**
   * An empty list counts as another value than none there, and so does a quantity in another form
   * (Kubernetes: `reflect.DeepEqual`).
   */
  exactGeneration?: true;
  /** Top-level or `spec.x` fields that never change after creation. */
  immutable?: readonly string[];
  /** Paths of fields whose feature is off, feature by feature (see `dropUnused`). */
  disabledFields?: readonly (readonly string[])[];
  /** Warnings for what is accepted but is a mistake or deprecated; `old` is absent on create. */
  warnings?(object: T, old?: T): string[];
  /** After the status was reset and the generation set to 1. */
  prepareForCreate?(object: T, request: StoreRequest): void;
  /** Before the generation is counted. */
  prepareForUpdate?(object: T, old: T, request: StoreRequest): void;
  /** `validate` judges new objects only; updates are left to `validateUpdate`. */
  validatedOnce?: true;
  /** Checks the whole object, on create and on update; `old` is absent on create. */
  validate?(object: T, request: StoreRequest, old?: T): FieldError[] | Promise<FieldError[]>;
  /** Only what concerns the change. */
  validateUpdate?(object: T, old: T, request: StoreRequest): FieldError[] | Promise<FieldError[]>;
}

/** The value at a path such as `spec.selector`. */
export function fieldAt(object: unknown, path: string): unknown {
  let value: unknown = object;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

/** Takes over a top-level field of the stored object, or its absence. */
export function keepField(object: KubeObject, old: KubeObject, field: string): void {
  if (old[field] === undefined) delete object[field];
  else object[field] = copyOf(old[field]);
}

/** Once it was compared: what is stored may be compared again. */
function forgetHowItWasWritten(object: KubeObject, paths: readonly string[]): void {
  for (const path of paths) {
    const value = fieldAt(object, path);
    if (typeof value === 'object' && value !== null) forgetUnprinted(value);
  }
}

/** A text that is gone is printed as one that is empty; it was there before. */
function isText(path: string, old: object): boolean {
  return typeof fieldAt(old, path) === 'string';
}

/** The strategy of a kind with these traits. */
export function kindStrategy({ group, kind, namespaced }: KindIdentity, traits: KindTraits = {}): Strategy {
  const { generation = [], emptyStatus, immutable: fixed = [], disabledFields = [] } = traits;
  const {
    warnings,
    validateName = subdomainName,
    garbageCollection = 'DeleteDependents',
    standardFinalizers = true,
    metadataChecksOnUpdate = ['change', 'whole'],
    allowCreateOnUpdate = false,
    allowUnconditionalUpdate = true,
    prepareForCreate: _create,
    prepareForUpdate: _update,
    validate: _validate,
    validateUpdate: _validateUpdate,
    emptyStatus: _status,
    generation: _generation,
    exactGeneration,
    immutable: _immutable,
    disabledFields: _disabled,
    validatedOnce,
    ...phases
  } = traits;
  const isChanged = (next: unknown, before: unknown) => {
    // An object that is not there is one without fields.
    const absent = Array.isArray(next ?? before) ? undefined : {};
    if (!isSame(next ?? absent, before ?? absent)) return true;
    return exactGeneration === true && typeof next === 'object' && next !== null && holdsUnprinted(next);
  };
  const validateChange: Strategy['validateUpdate'] = (object, old, request) => {
    const findings = fixed
      .filter((path) => !isSame(fieldAt(object, path), fieldAt(old, path)))
      .map((path) => invalidValue(path, fieldAt(object, path) ?? (isText(path, old) ? '' : null), immutable));
    const own = traits.validateUpdate?.(object, old, request) ?? [];
    if (Array.isArray(own)) return [...findings, ...own];
    return own.then((found) => [...findings, ...found]);
  };
  return {
    ...(warnings === undefined
      ? {}
      : {
          warningsOnCreate: (object) => warnings(object),
          warningsOnUpdate: (object, old) => warnings(object, old),
        }),
    ...phases,
    group,
    kind,
    namespaced,
    validateName,
    garbageCollection,
    standardFinalizers,
    metadataChecksOnUpdate,
    allowCreateOnUpdate,
    allowUnconditionalUpdate,
    prepareForCreate(object, request) {
      if (emptyStatus !== undefined) object['status'] = copyOf(emptyStatus);
      // Kinds that do not count generations keep what the client sends.
      if (generation.length > 0) object.metadata.generation = 1;
      dropUnused(object, undefined, disabledFields);
      traits.prepareForCreate?.(object, request);
      if (exactGeneration === true) forgetHowItWasWritten(object, generation);
    },
    validate: (object, request) => traits.validate?.(object, request) ?? [],
    prepareForUpdate(object, old, request) {
      if (emptyStatus !== undefined) keepField(object, old, 'status');
      dropUnused(object, old, disabledFields);
      traits.prepareForUpdate?.(object, old, request);
      const emptied = (path: string) => exactGeneration === true && wasGivenEmpty(object, path);
      if (generation.some((path) => emptied(path) || isChanged(fieldAt(object, path), fieldAt(old, path)))) {
        object.metadata.generation = (old.metadata.generation ?? 0) + 1;
      }
      if (exactGeneration === true) forgetHowItWasWritten(object, generation);
    },
    ...(validatedOnce === true || traits.validate === undefined ? {} : { validateAgain: traits.validate }),
    validateUpdate: validateChange,
  };
}

/** The metadata that a client may write. */
export const writableMetadata = ['labels', 'annotations', 'ownerReferences', 'finalizers'] as const;

function keepSomeMetadata(
  { metadata }: KubeObject,
  old: KubeObject,
  fields: readonly (typeof writableMetadata)[number][],
): void {
  for (const field of fields) {
    if (old.metadata[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: copyOf(old.metadata[field]) });
  }
}

/** Takes over the metadata of the stored object (Kubernetes: `meta/v1.ResetObjectMetaForStatus`). */
export function keepMetadata(object: KubeObject, old: KubeObject): void {
  keepSomeMetadata(object, old, writableMetadata);
  delete (object.metadata as { selfLink?: string }).selfLink;
}

/** What a `status` endpoint may write: the status, and metadata as far as the kind lets it. */
export interface StatusTraits<T extends KubeObject = KubeObject> {
  /** Stored fields that this endpoint may not change, besides all but the status. */
  keepMetadata?: readonly (typeof writableMetadata)[number][];
  /** What the endpoint sets back beside the spec and that metadata. */
  alsoReset?: readonly string[];
  /** As that of a kind's strategy; `['change']` where it is absent. */
  metadataChecksOnUpdate?: Strategy['metadataChecksOnUpdate'];
  /** There are no Tables of what it answers. */
  hasNoTable?: true;
  prepareForUpdate?(object: T, old: T, request: StoreRequest): void;
  validateUpdate?(object: T, old: T, request: StoreRequest): FieldError[];
}

const keepsAll = ({ keepMetadata: kept = [] }: StatusTraits) =>
  writableMetadata.every((field) => kept.includes(field));

function resetByStatus(traits: StatusTraits): readonly string[] {
  const { keepMetadata: kept = [], alsoReset = [] } = traits;
  const metadata = keepsAll(traits) ? ['metadata'] : kept.map((field) => `metadata.${field}`);
  return ['spec', ...metadata, ...alsoReset];
}

/** The strategy of a kind's `status` subresource. */
export function statusStrategy(base: Strategy, traits: StatusTraits = {}): Strategy {
  return {
    group: base.group,
    kind: base.kind,
    namespaced: base.namespaced,
    validateName: base.validateName,
    garbageCollection: base.garbageCollection,
    resetFields: resetByStatus(traits),
    standardFinalizers: base.standardFinalizers,
    metadataChecksOnUpdate: traits.metadataChecksOnUpdate ?? ['change'],
    allowCreateOnUpdate: false,
    allowUnconditionalUpdate: base.allowUnconditionalUpdate,
    ...(base.ttlSeconds === undefined ? {} : { ttlSeconds: base.ttlSeconds }),
    ...(base.afterDelete === undefined ? {} : { afterDelete: base.afterDelete }),
    ...(base.shouldDeleteDuringUpdate === undefined
      ? {}
      : { shouldDeleteDuringUpdate: base.shouldDeleteDuringUpdate }),
    prepareForCreate() {
      throw new Error('a status is not created');
    },
    validate: () => [],
    prepareForUpdate(object, old, request) {
      for (const field of new Set([...Object.keys(object), ...Object.keys(old)])) {
        if (field !== 'metadata' && field !== 'status') keepField(object, old, field);
      }
      if (keepsAll(traits)) keepMetadata(object, old);
      else keepSomeMetadata(object, old, traits.keepMetadata ?? []);
      traits.prepareForUpdate?.(object, old, request);
    },
    validateUpdate: (object, old, request) => traits.validateUpdate?.(object, old, request) ?? [],
  };
}
