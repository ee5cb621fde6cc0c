import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo, SubresourceInfo } from '@pg8s/k8s-proto/scheme';
import type { RequestContext } from '../http/request-context.ts';
import type { CachedObject } from '../storage/cached-object.ts';
import type { ResourceTypes } from './resource-types/resource-types.ts';
import type { ListOptions, ListPage, Preconditions, WatchOptions, Watcher } from '../storage/storage.ts';

export type PropagationPolicy = 'Orphan' | 'Background' | 'Foreground';

/**
 * Asks validating admission about an object, just before it is stored or deleted; throws the refusal
 * (Kubernetes: `rest.ValidateObjectFunc`). The object is in the version that the Rest serves, and must not be
 * changed.
 */
export type ValidateObject = (object: KubeObject) => Promise<void>;

/** Asks about the next state of an object (Kubernetes: `rest.ValidateObjectUpdateFunc`). */
export type ValidateObjectUpdate = (object: KubeObject, old: KubeObject) => Promise<void>;

/**
 * For what the server writes without a request: nobody is asked (Kubernetes: `rest.ValidateAllObjectFunc`).
 */
export const acceptObject = async (): Promise<void> => {};

export interface CreateOptions {
  dryRun: boolean;
  validate: ValidateObject;
}

export interface UpdateOptions {
  dryRun: boolean;
  preconditions?: Preconditions;
  /**
   * An update of a missing object creates it (only where the strategy allows it, or by server-side apply).
   */
  forceAllowCreate?: boolean;
  /** Asked where the update creates the object. */
  validateCreate: ValidateObject;
  validateUpdate: ValidateObjectUpdate;
}

export interface DeleteOptions {
  dryRun: boolean;
  gracePeriodSeconds?: number;
  preconditions?: Preconditions;
  propagationPolicy?: PropagationPolicy;
  orphanDependents?: boolean;
}

/** A deletion, and the admission that validates each object just before it is marked or deleted. */
export interface ValidatedDelete extends DeleteOptions {
  validate: ValidateObject;
}

export interface UpdateResult {
  object: CachedObject;
  created: boolean;
}

export interface DeleteResult {
  object: CachedObject;
  /** false: the object lives on with a deletionTimestamp (finalizers, grace period). */
  immediate: boolean;
}

/** A query parameter of a subresource, for the OpenAPI documents, which know its description. */
export interface QueryParameter {
  name: string;
  type: 'string' | 'boolean' | 'integer';
}

/** A column of a Table (Kubernetes: `meta/v1.TableColumnDefinition`). */
export interface TableColumn {
  name: string;
  type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  format: string;
  description: string;
  /** 0: always shown; 1 and above: only with `-o wide`. */
  priority: number;
}

/** What is to be known about a row (Kubernetes: `meta/v1.TableRowCondition`). */
export interface TableRowCondition {
  type: string;
  status: string;
  reason: string;
  message: string;
}

export interface TableConvertor {
  columns: readonly TableColumn[];
  /** One cell a column. `nowMs` dates the ages. */
  cells(object: KubeObject, nowMs: number): unknown[];
  /** Every event of a watch has the columns, not only the first (kube-aggregator's). */
  readonly alwaysTellsColumns?: true;
  /** Conditions of the object's row. */
  conditions?(object: KubeObject): readonly TableRowCondition[] | undefined;
  /** What a list without objects has for its rows, where that is not an empty list. */
  readonly emptyRows?: null;
  /** The order of the rows of a list; without it, they stay as listed. */
  compare?(left: KubeObject, right: KubeObject): number;
}

/**
 * What the API can do with one served resource or subresource (Kubernetes: `apiserver/pkg/registry/rest`). A
 * verb that is absent is answered 405. Objects that go in are decoded, conformed to the schema and defaulted,
 * in the served version; those that come out are in the served version too, shared, and never to be changed.
 */
export interface Rest {
  readonly resource: ResourceInfo;
  /** Set for a subresource such as `pods/status`. */
  readonly subresource?: SubresourceInfo;
  /** Absent: it cannot be had as a Table (406), as most subresources and what is not stored. */
  readonly table?: TableConvertor;
  /** Paths of what writes here do not change; absent: the status, or for `status` the spec. */
  readonly resetFields?: readonly string[];

  /** Versions besides its own in which a created object is taken. */
  readonly acceptedVersions?: readonly string[];

  /** The metadata of a created object keeps uid, times and so on, of which others are made free. */
  readonly keepsSystemFieldsOnCreate?: true;

  /** A new object as it would be stored. Names are generated here. */
  create?(context: RequestContext, object: KubeObject, options: CreateOptions): Promise<CachedObject>;
  /**
   * `name` is the parent's for a subresource such as `pods/binding` or `pods/eviction`; the result is a
   * Status or an object.
   */
  createNamed?(
    context: RequestContext,
    name: string,
    object: KubeObject,
    options: CreateOptions,
  ): Promise<KubeObject>;
  get?(context: RequestContext, name: string, resourceVersion: string): Promise<CachedObject>;
  list?(context: RequestContext, options: ListOptions): Promise<ListPage>;
  watch?(context: RequestContext, options: WatchOptions): Promise<Watcher>;
  /**
   * `transform` makes the wanted object from the current one; it may run several times and must not change
   * it.
   */
  update?(
    context: RequestContext,
    name: string,
    transform: (current: KubeObject | undefined) => Promise<KubeObject> | KubeObject,
    options: UpdateOptions,
  ): Promise<UpdateResult>;
  delete?(context: RequestContext, name: string, options: ValidatedDelete): Promise<DeleteResult>;
  /** Deletes what `list` selects, several at a time; the result is the list of what it met. */
  deleteCollection?(context: RequestContext, options: ValidatedDelete, list: ListOptions): Promise<ListPage>;
  /** Query parameters of a subresource that answers the request itself; absent: those of a proxy. */
  readonly query?: readonly QueryParameter[];
  /** Answers the request itself: `pods/log`, `nodes/proxy` … */
  connect?(context: RequestContext, name: string): Promise<void>;

  /** Field selectors beyond metadata.name and metadata.namespace: label → value of the object. */
  readonly selectableFields?: Readonly<Record<string, (object: KubeObject) => string>>;
  /** What is said of another label, where the kind has words of its own for that. */
  readonly unsupportedField?: (label: string) => string;
  /** The warning that every request gets; absent where the version is not deprecated. */
  readonly deprecation?: string;
  /**
   * DELETE answers with the object where others answer with a Status (Kubernetes:
   * `Store.ReturnDeletedObject`).
   */
  readonly returnsDeletedObject?: true;
  /** Annotations that the internal type has as fields: answers of metadata alone are without them. */
  readonly internalAnnotations?: readonly string[];
  /** The OpenAPI document has a Status as the answer of DELETE all the same. */
  readonly publishesDeletedStatus?: true;
}

/** An endpoint that is served, and the types of the objects that it reads and writes. */
export interface ServedRest extends Rest {
  readonly types: ResourceTypes;
  /** The resource is one of a CustomResourceDefinition; paths below its group are refused in other words. */
  readonly isCustom?: true;
  /** It is served, but not in discovery and in OpenAPI documents yet. */
  readonly isUnpublished?: true;
  /** The verbs that discovery has; absent: those of the resource. */
  readonly publishedVerbs?: readonly string[];
  /**
   * Of two endpoints that follow each other in one place: the same object where watches of the one go on with
   * the other. Absent: they end with it.
   */
  readonly life?: object;
}

/** What the endpoint of a kind has beside its verbs and its table. */
export type RestFacets = Pick<
  Rest,
  | 'selectableFields'
  | 'unsupportedField'
  | 'returnsDeletedObject'
  | 'publishesDeletedStatus'
  | 'internalAnnotations'
>;
