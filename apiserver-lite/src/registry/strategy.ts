import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { UserInfo } from '../http/request-context.ts';
import type { FieldError } from '../api-errors/status-error.ts';
import type { DeleteOptions } from './rest.ts';

/** What a strategy may know of the request that it serves. */
export interface StoreRequest {
  /** Empty for cluster-scoped resources. */
  readonly namespace: string;
  /** Of the endpoint that was asked; several groups may serve one kind. */
  readonly apiGroup?: string;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** When the request is judged, milliseconds since the epoch. */
  readonly nowMs: number;
  /** Adds a `Warning` header. */
  warn(text: string): void;
}

/** Ends what a `begin…` phase began: keeps it when the write happened, gives it back when not. */
export type Finish = (success: boolean) => Promise<void>;

/** What becomes of dependents when a deletion does not say (Kubernetes: `rest.GarbageCollectionPolicy`). */
export type GarbageCollection = 'Unsupported' | 'OrphanDependents' | 'DeleteDependents';

/** All of the metadata, as of a new object; or what changed. */
export type MetadataCheck = 'whole' | 'change';

/** The findings on a name of the object; `prefix` is true for a generateName, which may end with a dash. */
export type NameValidator = (name: string, prefix: boolean, object?: KubeObject) => readonly string[];

/**
 * What one kind resets, computes, protects and checks (Kubernetes: `rest.RESTCreateStrategy`,
 * `RESTUpdateStrategy`, `RESTDeleteStrategy`). The phases run in the order in which they stand here. Objects
 * are in the storage version.
 *
 *     create   beginCreate → prepareForCreate → validate → warningsOnCreate → canonicalize
 *     update   beginUpdate → prepareForUpdate → validateUpdate → warningsOnUpdate → canonicalize
 *              → shouldDeleteDuringUpdate
 *     delete   warningsOnDelete → checkGracefulDelete → … → afterDelete
 */
export interface Strategy<T extends KubeObject = KubeObject> {
  readonly group: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly validateName: NameValidator;
  readonly garbageCollection: GarbageCollection;
  /** False: `generateName` is the name itself, as nothing can be added to it. */
  readonly generatesNames?: false;
  /**
   * What this endpoint sets back, so that nobody comes to own it by writing it here (Kubernetes:
   * `rest.ResetFieldsStrategy`). Paths, each with all below it. Absent: the status, and for `status` the
   * spec.
   */
  readonly resetFields?: readonly string[];
  /** Whether finalizers must have a domain, or be ones that everybody knows. */
  readonly standardFinalizers: boolean;
  /**
   * `validate` checks the metadata itself where it does so at all: what is checked of all kinds is checked of
   * a new object in which `validate` found nothing. Absent: it is checked first, and all findings are
   * reported together.
   */
  readonly metadataCheckedLast?: true;
  /**
   * How the kind judges metadata of an update beyond what is judged of all: its findings are reported once
   * more each. `object` and `update` say where between them the kind's own checks come; they come last where
   * the list does not name them, in this order.
   */
  readonly metadataChecksOnUpdate: readonly (MetadataCheck | 'object' | 'update')[];

  /** Reserves what the object needs from elsewhere (cluster IPs); may change the object. */
  beginCreate?(object: T, request: StoreRequest): Promise<Finish>;
  /** Resets what a client may not set, computes what it did not. Changes the object. */
  prepareForCreate(object: T, request: StoreRequest): void;
  /**
   * Every finding beyond metadata, which the store checks for all kinds. A promise where they are found in
   * several turns.
   */
  validate(object: T, request: StoreRequest): FieldError[] | Promise<FieldError[]>;
  warningsOnCreate?(object: T, request: StoreRequest): string[];
  /** Brings what was found valid into its one stored form. Changes the object. */
  canonicalize?(object: T): void;

  /** Whether PUT of a missing object creates it. */
  readonly allowCreateOnUpdate: boolean;
  /** Whether an update without resourceVersion wins over whatever is stored. */
  readonly allowUnconditionalUpdate: boolean;
  beginUpdate?(object: T, old: T, request: StoreRequest): Promise<Finish>;
  /** Takes over from `old` what this endpoint may not change; counts the generation. Changes the object. */
  prepareForUpdate(object: T, old: T, request: StoreRequest): void;
  /** What is asked of a new object, as far as the kind asks it of a changed one. */
  validateAgain?(object: T, request: StoreRequest, old: T): FieldError[] | Promise<FieldError[]>;
  /** What concerns the change. A promise: found in several turns. */
  validateUpdate(object: T, old: T, request: StoreRequest): FieldError[] | Promise<FieldError[]>;
  warningsOnUpdate?(object: T, old: T, request: StoreRequest): string[];
  /** Whether an update that emptied the finalizers is the deletion itself. */
  shouldDeleteDuringUpdate?(object: T, old: T): boolean;

  /** Said before anything is deleted, whatever becomes of it. */
  warningsOnDelete?(options: DeleteOptions): string[];
  /** Seconds until deletion, or undefined where the kind (or this object) is deleted at once. */
  checkGracefulDelete?(object: T, options: DeleteOptions): number | undefined;
  /** Runs after the object has gone. */
  afterDelete?(object: T): Promise<void>;

  /** Seconds for which the object is kept by a lease; absent: for ever. */
  readonly ttlSeconds?: number;
}
