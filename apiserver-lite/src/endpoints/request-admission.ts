import type { KubeObject, ObjectMeta } from '@pg8s/k8s-proto/object';
import {
  ReinvocationContext,
  type AdmissionAttributes,
  type AdmissionOperation,
  type OperationOptions,
} from '../admission/attributes.ts';
import { attributesOf, refusal } from '../authorization/authorizer.ts';
import type { RequestContext } from '../http/request-context.ts';
import type { DeleteOptions, UpdateOptions, ValidateObject } from '../registry/rest.ts';
import { dedupOwnerReferences } from './body/owner-references.ts';
import { entriesProblem } from './managed-fields/entries.ts';
import type { WriteOptions } from './options/write-options.ts';
import type { ResourceScope } from './resource-scope.ts';

/** What one operation of a request asks admission about. */
interface Question {
  operation: AdmissionOperation;
  object?: KubeObject | undefined;
  oldObject?: KubeObject | undefined;
  /** Default: the name in the path. */
  name?: string;
  options?: OperationOptions;
  dryRun: boolean;
}

/** A write or connection never takes longer (Kubernetes: `handlers.requestTimeoutUpperBound`). */
const mostMs = 34_000;

/**
 * Calls admission for one request: the attributes are those of the endpoint that was requested, in its
 * version.
 */
export class RequestAdmission {
  readonly #context: RequestContext;
  readonly #scope: ResourceScope;
  readonly #latestMs: number;
  readonly #annotations = new Map<string, string>();

  constructor(context: RequestContext, scope: ResourceScope) {
    this.#context = context;
    this.#scope = scope;
    this.#latestMs = context.receivedAt + mostMs;
  }

  /**
   * Mutating admission of a new object; it may change it. `options` are those of the create, update or apply.
   */
  async admitCreate(object: KubeObject, options: WriteOptions): Promise<void> {
    await this.#admit(this.#creation(object, options), object);
  }

  /** Mutating admission of an object's next state; it may change it. */
  async admitUpdate(object: KubeObject, oldObject: KubeObject, options: WriteOptions): Promise<void> {
    await this.#admit(this.#change(object, oldObject, options), object);
  }

  /** Asks validating admission about the object that a create is about to store. */
  validateCreate(options: WriteOptions): ValidateObject {
    return (object) => this.#validate(this.#creation(object, options));
  }

  /** Asks about what an update or a patch is about to store; one that creates must be allowed to create. */
  validateUpdate(options: WriteOptions): Pick<UpdateOptions, 'validateCreate' | 'validateUpdate'> {
    let allowed: Promise<void> | undefined;
    return {
      validateCreate: async (object) => {
        await (allowed ??= this.#authorizeCreate());
        await this.#validate(this.#creation(object, options));
      },
      validateUpdate: (object, oldObject) => this.#validate(this.#change(object, oldObject, options)),
    };
  }

  /** Asks both phases about each object that is about to be deleted; `name` is empty for a collection. */
  validateDelete(name: string, options: DeleteOptions): ValidateObject {
    return async (oldObject) => {
      const { admission } = this.#scope.environment;
      if (!admission.handles('DELETE')) return;
      const attributes = this.#attributes({
        operation: 'DELETE',
        oldObject,
        name,
        options: deleteOptions(this.#isNamespaces ? ofThis(oldObject, options) : options),
        dryRun: options.dryRun,
      });
      await admission.admit(attributes);
      await admission.validate(attributes);
    };
  }

  /** Asks both phases about a connection; `object` has its options. */
  async connect(object: KubeObject): Promise<void> {
    const { admission } = this.#scope.environment;
    if (!admission.handles('CONNECT')) return;
    await admission.admit(this.#attributes({ operation: 'CONNECT', object, dryRun: false }));
    await admission.validate(this.#attributes({ operation: 'CONNECT', object, dryRun: false }));
  }

  async #admit(question: Question, object: KubeObject): Promise<void> {
    const { admission } = this.#scope.environment;
    if (admission.handles(question.operation)) {
      const owners = object.metadata.managedFields;
      await admission.admit(this.#attributes(question));
      this.#keepOwners(object, owners);
    }
    dedupOwnerReferences(this.#context, object, { afterAdmission: true });
  }

  /**
   * Owners of fields that are none after mutating admission become those that were before it (Kubernetes:
   * `fieldmanager.NewManagedFieldsValidatingAdmissionController`).
   */
  #keepOwners({ metadata }: KubeObject, before: ObjectMeta['managedFields']): void {
    const after = metadata?.managedFields;
    if (after === undefined || after === before) return;
    const problem = entriesProblem(after);
    if (problem === undefined) return;
    if (before === undefined) delete metadata.managedFields;
    else metadata.managedFields = before;
    this.#context.warn(
      `.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: ${problem}`,
    );
  }

  async #validate(question: Question): Promise<void> {
    const { admission } = this.#scope.environment;
    if (admission.handles(question.operation)) await admission.validate(this.#attributes(question));
  }

  get #isNamespaces(): boolean {
    const { group, kind } = this.#scope.rest.resource;
    return group === '' && kind === 'Namespace';
  }

  #creation(object: KubeObject, options: WriteOptions): Question {
    return {
      operation: 'CREATE',
      object,
      name: this.#context.requestInfo.name || (object.metadata.name ?? ''),
      options: writeOptions('CreateOptions', options),
      dryRun: options.dryRun,
    };
  }

  #change(object: KubeObject, oldObject: KubeObject, options: WriteOptions): Question {
    return {
      operation: 'UPDATE',
      object,
      oldObject,
      options: writeOptions('UpdateOptions', options),
      dryRun: options.dryRun,
    };
  }

  #attributes({ operation, object, oldObject, name, options, dryRun }: Question): AdmissionAttributes {
    const context = this.#context;
    const { rest, gvk } = this.#scope;
    const { requestInfo, user } = context;
    const { group, version, name: resource } = rest.resource;
    const ownName = name ?? requestInfo.name;
    return {
      operation,
      kind: gvk,
      resource: { group, version, resource },
      subresource: rest.subresource?.name ?? '',
      namespace: this.#isNamespaces ? requestInfo.name || ownName : requestInfo.namespace,
      name: ownName,
      options,
      dryRun,
      object,
      oldObject,
      user,
      // Made when it is first asked for, which most plugins never do.
      get signal() {
        return context.signal;
      },
      deadlineMs: Math.min(context.deadlineMs ?? Infinity, this.#latestMs),
      reinvocation: new ReinvocationContext(),
      annotate: (key, value, level = 'Metadata') => {
        if (this.#annotations.has(key)) return;
        this.#annotations.set(key, value);
        if (context.audit?.records(level) === true) context.audit.annotate(key, value);
      },
      warn: (text) => context.warn(text),
    };
  }

  /**
   * Throws 403 unless the user, who may update, may create as well (Kubernetes: `withAuthorization` of
   * `update.go`).
   */
  async #authorizeCreate(): Promise<void> {
    const { authorizer } = this.#scope.environment;
    if (authorizer === undefined) return;
    const attributes = { ...attributesOf(this.#context), verb: 'create' };
    const { decision, reason } = await authorizer.authorize(attributes);
    if (decision !== 'allow') throw refusal(attributes, reason);
  }
}

const apiVersion = 'meta.k8s.io/v1';

function writeOptions(
  kind: 'CreateOptions' | 'UpdateOptions',
  { dryRun, fieldManager, givenFieldValidation }: WriteOptions,
): OperationOptions {
  return {
    kind,
    apiVersion,
    ...(dryRun ? { dryRun: ['All'] } : {}),
    ...(fieldManager === '' ? {} : { fieldManager }),
    ...(givenFieldValidation === '' ? {} : { fieldValidation: givenFieldValidation }),
  };
}

/** A Namespace is deleted as the one that was read, without the request saying so (`namespace.REST`). */
function ofThis({ metadata: { uid = '' } }: KubeObject, options: DeleteOptions): DeleteOptions {
  return { ...options, preconditions: { uid, ...options.preconditions } };
}

function deleteOptions({ dryRun, ...fields }: DeleteOptions): OperationOptions {
  return { kind: 'DeleteOptions', apiVersion, ...fields, ...(dryRun ? { dryRun: ['All'] } : {}) };
}
