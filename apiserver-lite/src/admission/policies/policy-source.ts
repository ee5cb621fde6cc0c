import type { KubeObject } from '@pg8s/k8s-proto/object';
import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { ServedResources } from '../../registry/resource-table.ts';
import type { Clock } from '../../storage/clock.ts';
import type { FollowedResource, SharedInformers } from '../../storage/follow/shared-informers.ts';
import { compileSelector } from '../matching/compiled-selector.ts';
import type { MatchCriteria } from '../matching/request-matcher.ts';
import type { ParamSources } from './param-sources.ts';
import {
  type BindingSpec,
  type MatchResources,
  nameOf,
  type ParamKind,
  type PolicySpec,
  type WithSpec,
} from './policy-objects.ts';

const group = 'admissionregistration.k8s.io';

/** A binding, and the requests that it is for; absent: all that the policy is for. */
export interface BoundPolicy<Binding> {
  readonly name: string;
  readonly spec: Binding;
  readonly criteria: MatchCriteria | undefined;
}

/** A policy with its bindings, ready to be asked. */
export interface PolicyHook<Policy, Binding, Evaluator> {
  readonly name: string;
  readonly spec: Policy;
  readonly criteria: MatchCriteria;
  /** Compiled when it is first read. */
  readonly evaluator: Evaluator;
  readonly bindings: readonly BoundPolicy<Binding>[];
  /** Why the policy cannot be used at all. */
  readonly configurationError: string | undefined;
}

/** What a source is made from. */
export interface PolicySourceOptions<Policy, Evaluator> {
  readonly informers: SharedInformers;
  readonly resources: ServedResources;
  readonly params: ParamSources;
  readonly clock: Clock;
  /** Plural names of the two resources. */
  readonly policies: string;
  readonly bindings: string;
  compile(spec: Policy, name: string): Evaluator;
}

/** How long a request waits until policies and bindings are known, as in kube-apiserver. */
const readyTimeoutMs = 10_000;

/**
 * The policies of one kind that have bindings, kept up to date from the first question on (Kubernetes:
 * `admission/plugin/policy/generic.policySource`). They are in the order of their names, and so are the
 * bindings of each; kube-apiserver leaves the order to chance.
 */
export class PolicySource<Policy extends PolicySpec, Binding extends BindingSpec, Evaluator> {
  readonly #options: PolicySourceOptions<Policy, Evaluator>;
  #policies: FollowedResource<KubeObject> | undefined;
  #bindings: FollowedResource<KubeObject> | undefined;
  #hooks: readonly PolicyHook<Policy, Binding, Evaluator>[] = [];
  #isChanged = true;
  /** Of the table of resources, when the hooks were made. */
  #version = -1;
  readonly #evaluators = new Map<string, { life: string; evaluator: Evaluator }>();

  constructor(options: PolicySourceOptions<Policy, Evaluator>) {
    this.#options = options;
  }

  /** Begins to follow policies and bindings. Resolves when those that there are, are known. */
  async start(): Promise<void> {
    const { policies, bindings } = this.#follow();
    await Promise.all([policies.synced, bindings.synced]);
  }

  /** The policies now; undefined: they are not known yet. */
  get hooks(): readonly PolicyHook<Policy, Binding, Evaluator>[] | undefined {
    const { policies, bindings } = this.#follow();
    if (!policies.hasSynced || !bindings.hasSynced) return undefined;
    const { version } = this.#options.resources;
    // Only kinds of parameters can come and go with resources.
    if (this.#isChanged || (version !== this.#version && this.#hooks.length > 0)) {
      this.#isChanged = false;
      this.#version = version;
      this.#hooks = this.#make(policies, bindings);
    }
    return this.#hooks;
  }

  /** Waits until policies are known. False: it took too long. */
  ready(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(readyTimeoutMs, () => resolve(false));
      this.start().then(
        () => {
          cancel();
          resolve(true);
        },
        () => resolve(false),
      );
    });
  }

  #follow(): { policies: FollowedResource<KubeObject>; bindings: FollowedResource<KubeObject> } {
    const follow = (resource: string) => {
      const followed = this.#options.informers.follow({ group, resource });
      followed.synced.catch(() => undefined);
      const change = () => void (this.#isChanged = true);
      followed.addHandler({ add: change, update: change, delete: change });
      return followed;
    };
    this.#policies ??= follow(this.#options.policies);
    this.#bindings ??= follow(this.#options.bindings);
    return { policies: this.#policies, bindings: this.#bindings };
  }

  #make(
    policies: FollowedResource<KubeObject>,
    bindings: FollowedResource<KubeObject>,
  ): readonly PolicyHook<Policy, Binding, Evaluator>[] {
    const byPolicy = new Map<string, BoundPolicy<Binding>[]>();
    for (const object of byName(bindings.list() as Iterable<WithSpec<Binding>>)) {
      const spec = object.spec ?? ({} as Binding);
      const { policyName = '', matchResources } = spec;
      const criteria = matchResources === undefined ? undefined : criteriaOf(matchResources);
      const bound = { name: nameOf(object), spec, criteria };
      const others = byPolicy.get(policyName);
      if (others === undefined) byPolicy.set(policyName, [bound]);
      else others.push(bound);
    }
    const used: ParamKind[] = [];
    const hooks: PolicyHook<Policy, Binding, Evaluator>[] = [];
    for (const object of byName(policies.list() as Iterable<WithSpec<Policy>>)) {
      const bound = byPolicy.get(nameOf(object));
      if (bound === undefined) continue;
      const { paramKind } = object.spec ?? ({} as Policy);
      if (paramKind !== undefined) used.push(paramKind);
      hooks.push(this.#hookOf(object, bound));
    }
    this.#options.params.keepOnly(used);
    const names = new Set(hooks.map(({ name }) => name));
    for (const name of this.#evaluators.keys()) if (!names.has(name)) this.#evaluators.delete(name);
    return hooks;
  }

  #hookOf(
    object: WithSpec<Policy>,
    bindings: readonly BoundPolicy<Binding>[],
  ): PolicyHook<Policy, Binding, Evaluator> {
    const spec = object.spec ?? ({} as Policy);
    const { paramKind, matchConstraints = {} } = spec;
    const isMissing = paramKind !== undefined && !this.#options.params.follow(paramKind);
    const evaluatorOf = () => this.#evaluatorOf(object, spec);
    return {
      name: nameOf(object),
      spec,
      criteria: criteriaOf(matchConstraints),
      get evaluator() {
        return evaluatorOf();
      },
      bindings,
      configurationError: isMissing
        ? `failed to find resource referenced by paramKind: '${printKind(paramKind)}'`
        : undefined,
    };
  }

  /** A policy is compiled once, until its spec changes. */
  #evaluatorOf(object: WithSpec<Policy>, spec: Policy): Evaluator {
    const name = nameOf(object);
    const life = `${object.metadata.uid ?? ''} ${object.metadata.generation ?? 0}`;
    const known = this.#evaluators.get(name);
    if (known?.life === life) return known.evaluator;
    const evaluator = this.#options.compile(spec, name);
    this.#evaluators.set(name, { life, evaluator });
    return evaluator;
  }
}

function byName<T extends WithSpec<unknown>>(objects: Iterable<T>): T[] {
  return Array.from(objects).sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}

function criteriaOf(match: MatchResources): MatchCriteria {
  return {
    rules: match.resourceRules ?? [],
    excludeRules: match.excludeResourceRules ?? [],
    emptyRulesMatch: true,
    matchPolicy: match.matchPolicy ?? 'Exact',
    namespaceSelector: compileSelector(match.namespaceSelector),
    objectSelector: compileSelector(match.objectSelector),
  };
}

/** `apps/v1, Kind=Deployment` */
function printKind({ apiVersion = '', kind = '' }: ParamKind): string {
  const { group: ofGroup, version } = groupVersionOf(apiVersion);
  return `${ofGroup}/${version}, Kind=${kind}`;
}
