import type { CompiledExpression, EvaluateOptions, Evaluation, Variables } from '@pg8s/cel/environment';
import { fromJson } from '@pg8s/cel/json';
import { answerPending, AskedAuthorizer } from '@pg8s/cel/libraries/authorizer/asked-authorizer';
import { authorizerValue, resourceCheckValue } from '@pg8s/cel/libraries/authorizer/authorizer-values';
import type { Result } from '@pg8s/cel/values';
import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { Authorizer } from '../../authorization/authorizer.ts';
import { expressionAuthorizer } from '../../authorization/expression-authorizer.ts';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import { admissionRequest } from '../admission-request.ts';
import type { AdmissionAttributes } from '../attributes.ts';
import type { RequestMatch } from './request-matcher.ts';

/** A request as expressions see it. */
export interface ExpressionInput {
  readonly attributes: AdmissionAttributes;
  /** The resource and kind in `request`. */
  readonly match: RequestMatch;
  /** `request.resource` is that of `match`, as in policies; default: the request's own. */
  readonly isResourceMatched?: boolean;
  /** In the version of `match`; undefined: null. */
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
  /** Null where there are none. */
  readonly params?: unknown;
  /** Null for what is in no namespace, and for webhooks. */
  readonly namespace?: DeepReadonly<V1Namespace & KubeObject> | undefined;
  /** Who answers `authorizer`; undefined: expressions have no such variable. */
  readonly authorizer?: Authorizer | undefined;
}

const namespaceMetadata = [
  'name',
  'generateName',
  'namespace',
  'labels',
  'annotations',
  'uid',
  'creationTimestamp',
  'deletionGracePeriodSeconds',
  'deletionTimestamp',
  'generation',
  'resourceVersion',
  'finalizers',
] as const;

/**
 * The variables `object`, `oldObject`, `request`, `params`, `namespaceObject`, `authorizer` and
 * `authorizer.requestResource` of one request, each made when it is first read (Kubernetes:
 * `admission/plugin/cel/activation.go`). Questions to the authorizer are asked once, whichever expression
 * asks.
 */
export class ExpressionVariables implements Variables {
  readonly #input: ExpressionInput;
  readonly #made = new Map<string, Result | undefined>();
  #asked: AskedAuthorizer | undefined;

  constructor(input: ExpressionInput) {
    this.#input = input;
  }

  get(name: string): Result | undefined {
    if (this.#made.has(name)) return this.#made.get(name);
    const value = this.#make(name);
    this.#made.set(name, value);
    return value;
  }

  /** Evaluates an expression, and waits for the authorizer where it asks one that takes its time. */
  async evaluate(
    expression: CompiledExpression,
    options: EvaluateOptions,
    variables: Variables = this,
  ): Promise<Evaluation> {
    let result = expression.evaluate(variables, options);
    while (result.error === answerPending) {
      await this.#asked?.settled();
      result = expression.evaluate(variables, options);
    }
    return result;
  }

  /** Waits for what the authorizer was asked and has not answered yet. False: there is nothing. */
  async answered(): Promise<boolean> {
    if (this.#asked?.isWaiting !== true) return false;
    await this.#asked.settled();
    return true;
  }

  #make(name: string): Result | undefined {
    const { attributes, match, object, oldObject, params, namespace } = this.#input;
    switch (name) {
      case 'object':
        return fromJson(object);
      case 'oldObject':
        return fromJson(oldObject);
      case 'request': {
        const resource = this.#input.isResourceMatched === true ? match.resource : attributes.resource;
        // The fields without values are there, too; nothing but a loop over all fields can see them.
        const empty = { uid: '', object: null, oldObject: null };
        return fromJson({ ...empty, ...admissionRequest(attributes, { resource, kind: match.kind }) });
      }
      case 'params':
        return fromJson(params);
      case 'namespaceObject':
        return fromJson(namespace === undefined ? undefined : readableNamespace(namespace));
      case 'authorizer':
        return this.#authorizer((asked) => authorizerValue(asked));
      case 'authorizer.requestResource': {
        const { resource, subresource } = attributes;
        return this.#authorizer((asked) =>
          resourceCheckValue(asked, {
            group: resource.group,
            resource: resource.resource,
            subresource,
            namespace: attributes.namespace,
            name: attributes.name,
          }),
        );
      }
      default:
        return undefined;
    }
  }

  #authorizer(make: (asked: AskedAuthorizer) => Result): Result | undefined {
    const { attributes, authorizer } = this.#input;
    if (authorizer === undefined) return undefined;
    this.#asked ??= new AskedAuthorizer(expressionAuthorizer(authorizer, attributes.user));
    return make(this.#asked);
  }
}

/** What of a Namespace expressions may read. */
function readableNamespace({
  metadata,
  spec,
  status,
}: DeepReadonly<V1Namespace & KubeObject>): Record<string, unknown> {
  const fields = metadata as Readonly<Record<string, unknown>>;
  const given = namespaceMetadata.filter((name) => fields[name] !== undefined && fields[name] !== null);
  return {
    metadata: Object.fromEntries(given.map((name) => [name, fields[name]])),
    spec: spec ?? {},
    status: status ?? {},
  };
}
