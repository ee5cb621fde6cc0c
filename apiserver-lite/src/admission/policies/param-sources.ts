import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../../http/request-context.ts';
import type { ServedResources } from '../../registry/resource-table.ts';
import type { ServedRest } from '../../registry/rest.ts';
import type { Clock } from '../../storage/clock.ts';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import type { ObjectSource } from '../../storage/follow/reflector.ts';
import type { FollowedResource, SharedInformers } from '../../storage/follow/shared-informers.ts';
import { compileSelector } from '../matching/compiled-selector.ts';
import type { ParamKind, ParamRef } from './policy-objects.ts';

/** What objects with parameters are followed with. */
export interface ParamSourcesOptions {
  readonly resources: ServedResources;
  readonly informers: SharedInformers;
  readonly clock: Clock;
}

/** An object with parameters, in the version of the policy's paramKind. */
export type ParamObject = DeepReadonly<KubeObject>;

/** Why a binding cannot be used for a request, in kube-apiserver's words. */
export class ParamError extends Error {
  override readonly name = 'ParamError';
}

/** How long a request waits until the objects of a kind are known, as in kube-apiserver. */
const syncTimeoutMs = 1000;

interface Followed {
  readonly rest: ServedRest;
  readonly objects: FollowedResource<KubeObject>;
}

/**
 * The objects that hold parameters of policies, by the kinds that policies name: built-in ones and custom
 * ones alike are followed in the version that the policy names, as long as a policy names them (Kubernetes:
 * `admission/plugin/policy/generic.policySource`).
 */
export class ParamSources {
  readonly #options: ParamSourcesOptions;
  readonly #followed = new Map<string, Followed>();

  constructor(options: ParamSourcesOptions) {
    this.#options = options;
  }

  /** Begins to follow a kind. False: no resource of the kind is served. */
  follow(kind: ParamKind): boolean {
    return this.#of(kind) !== undefined;
  }

  /** Follows no other kinds any more. */
  keepOnly(kinds: readonly ParamKind[]): void {
    const kept = new Set(kinds.map(keyOf));
    for (const [key, { objects }] of this.#followed) {
      if (kept.has(key)) continue;
      objects.release();
      this.#followed.delete(key);
    }
  }

  /**
   * The objects that a binding uses for a request in `namespace`; `undefined` stands for no object where the
   * policy or the binding has no parameters. Rejects with ParamErrors.
   */
  async collect(
    kind: ParamKind | undefined,
    ref: ParamRef | undefined,
    namespace: string,
  ): Promise<readonly (ParamObject | undefined)[]> {
    if (kind === undefined || ref === undefined) return [undefined];
    const followed = this.#of(kind);
    const printed = `&ParamKind{APIVersion:${kind.apiVersion ?? ''},Kind:${kind.kind ?? ''},}`;
    if (followed === undefined) throw new ParamError(`paramKind kind \`${printed}\` not known`);
    const { namespaced } = followed.rest.resource;
    const ownNamespace = ref.namespace ?? '';
    const within = ownNamespace === '' ? namespace : ownNamespace;
    if (namespaced && within === '') {
      throw new ParamError(
        'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
      );
    }
    if (!followed.objects.hasSynced && !(await this.#synced(followed.objects))) {
      throw new ParamError(`paramKind kind \`${printed}\` not yet synced to use for admission`);
    }
    if (!namespaced && ownNamespace !== '') {
      throw new ParamError('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
    }
    const params = select(followed.objects, ref, namespaced ? within : '');
    if (params.length === 0 && ref.parameterNotFoundAction === 'Deny') {
      throw new ParamError('no params found for policy binding with `Deny` parameterNotFoundAction');
    }
    return params;
  }

  #of(kind: ParamKind): Followed | undefined {
    const key = keyOf(kind);
    const known = this.#followed.get(key);
    if (known !== undefined && isServed(this.#options.resources, known.rest)) return known;
    known?.objects.release();
    this.#followed.delete(key);
    const rest = restOf(this.#options.resources, kind);
    if (rest === undefined) return undefined;
    const { informers } = this.#options;
    const objects = informers.followSource(rest, { name: key, source: sourceOf(rest) });
    objects.synced.catch(() => undefined);
    const followed = { rest, objects };
    this.#followed.set(key, followed);
    return followed;
  }

  #synced(objects: FollowedResource<KubeObject>): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(syncTimeoutMs, () => resolve(false));
      objects.synced.then(
        () => {
          cancel();
          resolve(true);
        },
        () => resolve(false),
      );
    });
  }
}

function keyOf({ apiVersion = '', kind = '' }: ParamKind): string {
  return `${apiVersion}/${kind}`;
}

function isServed(resources: ServedResources, rest: ServedRest): boolean {
  const { group, version, name } = rest.resource;
  return resources.lookup(group, version, name, '') === rest;
}

/** The resource of a kind that can be listed and watched. */
function restOf(
  resources: ServedResources,
  { apiVersion = '', kind = '' }: ParamKind,
): ServedRest | undefined {
  const { group, version } = groupVersionOf(apiVersion);
  return resources
    .all()
    .find(
      ({ resource, subresource, list, watch }) =>
        subresource === undefined &&
        resource.kind === kind &&
        resource.group === group &&
        resource.version === version &&
        list !== undefined &&
        watch !== undefined,
    );
}

/** Lists and watches of the server itself, in all namespaces. */
function sourceOf(rest: ServedRest): ObjectSource {
  const { group, version, name } = rest.resource;
  // Stored resources look at nothing else of a request that lists or watches.
  const context = {
    requestInfo: { namespace: '', apiGroup: group, apiVersion: version, resource: name },
    user: { name: 'system:apiserver', groups: ['system:masters'] },
    warn: () => undefined,
  } as unknown as RequestContext;
  return {
    list: (options) => rest.list!(context, options),
    watch: (options) => rest.watch!(context, options),
  };
}

function select(
  objects: FollowedResource<KubeObject>,
  { name = '', selector }: ParamRef,
  namespace: string,
): readonly ParamObject[] {
  if (name !== '') {
    const param = objects.get(namespace, name);
    return param === undefined ? [] : [param];
  }
  const selected = compileSelector(selector);
  return Array.from(objects.list())
    .filter(
      ({ metadata }) =>
        (namespace === '' || metadata.namespace === namespace) && selected.matches(metadata.labels ?? {}),
    )
    .sort((one, other) => ((one.metadata.name ?? '') < (other.metadata.name ?? '') ? -1 : 1));
}
