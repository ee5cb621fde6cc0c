import type { V1Namespace } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../../registry/generic/copy-object.ts';
import type { DeepReadonly } from '../../../storage/follow/deep-readonly.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import type { RequestMatch } from '../../matching/request-matcher.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { errorText, errorTypeOf } from '../error-type.ts';
import type { ParamObject } from '../param-sources.ts';
import type { BindingSpec, MutatingSpec } from '../policy-objects.ts';
import { PolicyPlugin, type PolicyTools } from '../policy-plugin.ts';
import {
  conditionVariables,
  namespaceOfRequest,
  type PolicyInput,
  policyVariables,
} from '../policy-request.ts';
import type { BoundPolicy, PolicyHook } from '../policy-source.ts';
import { type ChangedObject, ChangedObjects } from './changed-objects.ts';
import { mutatingRefusal, type PolicyFailure } from './mutating-refusal.ts';
import { patchedObject } from './patched-object.ts';
import { PolicyMutator } from './policy-mutator.ts';
import { PolicyReinvocation } from './policy-reinvocation.ts';

type Hook = PolicyHook<MutatingSpec, BindingSpec, PolicyMutator>;
type Bound = BoundPolicy<BindingSpec>;

const pluginName = 'MutatingAdmissionPolicy';

/** The plugin `MutatingAdmissionPolicy` (Kubernetes: `admission/plugin/policy/mutating`). */
export function mutatingAdmissionPolicy(dependencies: PluginDependencies): AdmissionPlugin {
  const { metrics } = dependencies;
  // kube-apiserver counts its match conditions as those of validating policies.
  const conditionMetrics = (name: string) =>
    metrics.matchConditions({ name, kind: 'policy', type: 'validate' });
  return new PolicyPlugin<MutatingSpec, BindingSpec, PolicyMutator>(dependencies, {
    // There is no object to change in a deletion.
    operations: ['CONNECT', 'CREATE', 'UPDATE'],
    policies: 'mutatingadmissionpolicies',
    bindings: 'mutatingadmissionpolicybindings',
    compile: (spec, name) => new PolicyMutator(spec, conditionMetrics(name)),
    dispatch: (attributes, hooks, tools) => new Dispatch(attributes, tools, dependencies).ask(hooks),
  }).in('admit');
}

/** A policy that is asked about a request, with one object of parameters. */
interface Invocation {
  readonly hook: Hook;
  readonly bound: Bound;
  readonly match: RequestMatch;
  readonly param: ParamObject | undefined;
}

/** The policies' work on one request. */
class Dispatch {
  readonly #attributes: AdmissionAttributes;
  readonly #tools: PolicyTools;
  readonly #dependencies: PluginDependencies;
  readonly #objects: ChangedObjects;
  readonly #failures: PolicyFailure[] = [];
  readonly #reinvocation: PolicyReinvocation;

  constructor(attributes: AdmissionAttributes, tools: PolicyTools, dependencies: PluginDependencies) {
    this.#attributes = attributes;
    this.#tools = tools;
    this.#dependencies = dependencies;
    this.#objects = new ChangedObjects(attributes, {
      equivalents: tools.matcher.equivalents,
      resources: dependencies.resources,
    });
    const { reinvocation } = attributes;
    const known = reinvocation.value(pluginName) as PolicyReinvocation | undefined;
    this.#reinvocation = known ?? new PolicyReinvocation();
    if (known === undefined) reinvocation.setValue(pluginName, this.#reinvocation);
  }

  async ask(hooks: readonly Hook[]): Promise<void> {
    const invocations: Invocation[] = [];
    for (const hook of hooks) invocations.push(...(await this.#invocationsOf(hook)));
    if (invocations.length > 0) await this.#invokeAll(invocations);
    if (this.#failures.length > 0) throw mutatingRefusal(this.#attributes, this.#failures);
  }

  async #invocationsOf(hook: Hook): Promise<Invocation[]> {
    const attributes = this.#attributes;
    let match: RequestMatch | undefined;
    try {
      match = await this.#tools.matcher.match(hook.criteria, attributes);
    } catch (error) {
      this.#misconfigured(hook, errorText(error));
    }
    if (match === undefined) return [];
    if (hook.configurationError !== undefined) {
      this.#misconfigured(hook, hook.configurationError);
      return [];
    }
    const invocations: Invocation[] = [];
    for (const bound of hook.bindings) {
      for (const param of await this.#paramsOf(hook, bound, match)) {
        invocations.push({ hook, bound, match, param });
      }
    }
    return invocations;
  }

  async #paramsOf(
    hook: Hook,
    bound: Bound,
    match: RequestMatch,
  ): Promise<readonly (ParamObject | undefined)[]> {
    const attributes = this.#attributes;
    const { matcher, params } = this.#tools;
    try {
      if (bound.criteria !== undefined && (await matcher.match(bound.criteria, attributes)) === undefined) {
        return [];
      }
    } catch (error) {
      this.#misconfigured(hook, errorText(error), bound);
      return [];
    }
    try {
      await this.#objects.in(match);
    } catch (error) {
      this.#misconfigured(hook, errorText(error));
      return [];
    }
    try {
      return await params.collect(hook.spec.paramKind, bound.spec.paramRef, attributes.namespace);
    } catch (error) {
      this.#misconfigured(hook, errorText(error), bound);
      return [];
    }
  }

  async #invokeAll(invocations: readonly Invocation[]): Promise<void> {
    const attributes = this.#attributes;
    const { reinvocation } = attributes;
    if (reinvocation.isReinvoke && this.#reinvocation.isChanged(attributes.object)) {
      this.#reinvocation.reinvokeInvoked();
    }
    try {
      const namespace = await namespaceOfRequest(attributes, this.#tools.matcher.namespaces);
      let last: { match: RequestMatch; objects: ChangedObject } | undefined;
      for (const invocation of invocations) {
        const objects = await this.#objects.in(invocation.match);
        if (await this.#invoke(invocation, objects, namespace)) last = { match: invocation.match, objects };
      }
      if (last?.objects.object !== undefined && last.objects.isChanged) {
        this.#reinvocation.reinvokeInvoked();
        reinvocation.shouldReinvoke = true;
        await this.#objects.store(last.objects.object, last.match);
      }
    } finally {
      this.#reinvocation.keepOutput(attributes.object);
    }
  }

  /** Whether the policy was asked. */
  async #invoke(
    { hook, bound, match, param }: Invocation,
    objects: ChangedObject,
    namespace: DeepReadonly<V1Namespace & KubeObject> | undefined,
  ): Promise<boolean> {
    const attributes = this.#attributes;
    const { reinvocation, operation } = attributes;
    const { authorizer } = this.#dependencies;
    const { evaluator } = hook;
    const input = (): PolicyInput => ({ ...objects, match, attributes, params: param, namespace });
    const { matches, error } = await evaluator.matches(conditionVariables(input(), authorizer), operation);
    if (error !== undefined) this.#fail(hook, error, bound);
    if (!matches) return false;
    const key = JSON.stringify([hook.name, bound.name, param?.metadata.namespace, param?.metadata.name]);
    if (reinvocation.isReinvoke && !this.#reinvocation.isWanted(key)) return false;
    const before = objects.object;
    for (let index = 0; index < evaluator.size; index++) {
      if (objects.object === undefined) continue;
      await this.#mutate({ hook, bound, match, param }, { index, objects, input: input() });
    }
    if (!isSame(before, objects.object)) {
      this.#reinvocation.reinvokeInvoked();
      reinvocation.shouldReinvoke = true;
    }
    if (hook.spec.reinvocationPolicy === 'IfNeeded') this.#reinvocation.addInvoked(key);
    return true;
  }

  async #mutate(
    { hook, bound, match }: Invocation,
    { index, objects, input }: { index: number; objects: ChangedObject; input: PolicyInput },
  ): Promise<void> {
    const { metrics, authorizer } = this.#dependencies;
    const began = performance.now();
    const count = (errorType: ReturnType<typeof errorTypeOf> | 'no_error') =>
      metrics.policies.mutated({
        policy: hook.name,
        binding: bound.name,
        errorType,
        seconds: (performance.now() - began) / 1000,
      });
    try {
      const types = this.#objects.typesOf(match);
      const patch = await hook.evaluator.patch(index, policyVariables(input, authorizer));
      const { resource, kind: gvk } = match;
      const { kind: requestKind, operation } = this.#attributes;
      // Parts of an object that are of another group's kind, as Scale, are published with the object's group.
      const isPublished =
        operation !== 'CONNECT' && gvk.group === resource.group && gvk.version === resource.version;
      const target = { object: objects.object!, gvk, types, requestKind, isPublished };
      objects.object = patchedObject(target, patch);
      objects.isChanged = true;
      count('no_error');
    } catch (error) {
      count(errorTypeOf(errorText(error)));
      if (error instanceof StatusError) throw error;
      this.#fail(hook, errorText(error), bound);
    }
  }

  #misconfigured(hook: Hook, message: string, bound?: Bound): void {
    const what = bound === undefined ? 'policy' : 'binding';
    if (hook.spec.failurePolicy === 'Ignore') return;
    const failure = `failed to configure ${what}: ${message}`;
    this.#failures.push({ policy: hook.name, binding: bound?.name, message: failure, reason: undefined });
  }

  #fail({ name, spec }: Hook, message: string, bound: Bound): void {
    if (spec.failurePolicy === 'Ignore') return;
    this.#failures.push({ policy: name, binding: bound.name, message, reason: 'Invalid' });
  }
}
