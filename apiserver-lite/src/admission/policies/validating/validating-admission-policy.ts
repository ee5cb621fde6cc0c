import { goJson } from '@pg8s/k8s-proto/go-json';
import type { PolicyMetrics } from '../../../metrics/policy-metrics.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { errorText, errorTypeOf } from '../error-type.ts';
import { ParamError, type ParamObject } from '../param-sources.ts';
import type { ValidatingBindingSpec, ValidatingSpec } from '../policy-objects.ts';
import { PolicyPlugin, type PolicyTools } from '../policy-plugin.ts';
import {
  conditionVariables,
  namespaceOfRequest,
  type PolicyInput,
  policyVariables,
  type VersionedObjects,
  versionedObjects,
} from '../policy-request.ts';
import type { BoundPolicy, PolicyHook } from '../policy-source.ts';
import { AnnotationCollector } from './annotation-collector.ts';
import { type PolicyRefusal, policyRefusal } from './policy-refusal.ts';
import { type PolicyDecision, PolicyValidator, type ValidationResult } from './policy-validator.ts';

type Hook = PolicyHook<ValidatingSpec, ValidatingBindingSpec, PolicyValidator>;
type Bound = BoundPolicy<ValidatingBindingSpec>;

/** The plugin `ValidatingAdmissionPolicy` (Kubernetes: `admission/plugin/policy/validating`). */
export function validatingAdmissionPolicy(dependencies: PluginDependencies): AdmissionPlugin {
  const { metrics } = dependencies;
  const conditionMetrics = (name: string) =>
    metrics.matchConditions({ name, kind: 'policy', type: 'validate' });
  return new PolicyPlugin<ValidatingSpec, ValidatingBindingSpec, PolicyValidator>(dependencies, {
    operations: ['CONNECT', 'CREATE', 'DELETE', 'UPDATE'],
    policies: 'validatingadmissionpolicies',
    bindings: 'validatingadmissionpolicybindings',
    compile: (spec, name) => new PolicyValidator(spec, conditionMetrics(name)),
    dispatch: (attributes, hooks, tools) => new Dispatch({ attributes, tools, dependencies }).ask(hooks),
  }).in('validate');
}

const failureKey = 'validation.policy.admission.k8s.io/validation_failure';

/** The policies' view of one request. */
class Dispatch {
  readonly #attributes: AdmissionAttributes;
  readonly #tools: PolicyTools;
  readonly #dependencies: PluginDependencies;
  readonly #metrics: PolicyMetrics;
  /** The first one counts. */
  #refusal: PolicyRefusal | undefined;

  constructor({
    attributes,
    tools,
    dependencies,
  }: {
    attributes: AdmissionAttributes;
    tools: PolicyTools;
    dependencies: PluginDependencies;
  }) {
    this.#attributes = attributes;
    this.#tools = tools;
    this.#dependencies = dependencies;
    this.#metrics = dependencies.metrics.policies;
  }

  async ask(hooks: readonly Hook[]): Promise<void> {
    for (const hook of hooks) await this.#askPolicy(hook);
    if (this.#refusal !== undefined) throw policyRefusal(this.#attributes, this.#refusal);
  }

  async #askPolicy(hook: Hook): Promise<void> {
    const { matcher } = this.#tools;
    const attributes = this.#attributes;
    let objects: VersionedObjects | undefined;
    try {
      const match = await matcher.match(hook.criteria, attributes);
      if (match === undefined) return;
      if (hook.configurationError !== undefined) return this.#misconfigured(hook, hook.configurationError);
      const annotations = new AnnotationCollector();
      const convert = async () =>
        (objects ??= await versionedObjects(attributes, match, matcher.equivalents));
      for (const bound of hook.bindings) await this.#askBinding(hook, bound, { convert, annotations });
      annotations.publish(hook.name, attributes);
    } catch (error) {
      // What refuses the request at once is wrapped by who throws it.
      if (error instanceof RequestFailure) throw error.cause;
      this.#misconfigured(hook, errorText(error));
    }
  }

  async #askBinding(
    hook: Hook,
    bound: Bound,
    { convert, annotations }: { convert: () => Promise<VersionedObjects>; annotations: AnnotationCollector },
  ): Promise<void> {
    const attributes = this.#attributes;
    const { matcher, params: sources } = this.#tools;
    let params: readonly (ParamObject | undefined)[];
    let objects: VersionedObjects;
    try {
      if (bound.criteria !== undefined && (await matcher.match(bound.criteria, attributes)) === undefined) {
        return;
      }
      params = await sources.collect(hook.spec.paramKind, bound.spec.paramRef, attributes.namespace);
      if (params.length === 0) return;
      try {
        objects = await convert();
      } catch (error) {
        throw new ParamError(`failed to convert object version: ${errorText(error)}`);
      }
    } catch (error) {
      return this.#misconfigured(hook, errorText(error), bound);
    }
    const namespace = await namespaceOfRequest(attributes, matcher.namespaces).catch((error: unknown) => {
      throw new RequestFailure(error);
    });
    const results: ValidationResult[] = [];
    for (const param of params) {
      const input: PolicyInput = { ...objects, attributes, params: param, namespace };
      const { authorizer } = this.#dependencies;
      results.push(
        await hook.evaluator.validate({
          operation: attributes.operation,
          conditions: conditionVariables(input, authorizer),
          validations: policyVariables(input, authorizer),
          texts: policyVariables(input, undefined),
        }),
      );
    }
    for (const result of results) this.#take(hook, bound, { result, annotations });
  }

  #take(
    hook: Hook,
    bound: Bound,
    { result, annotations }: { result: ValidationResult; annotations: AnnotationCollector },
  ): void {
    for (const [index, decision] of result.decisions.entries()) {
      if (decision.action === 'deny') this.#enforce(hook, bound, { decision, index });
      else if (decision.evaluation === 'error') this.#count(hook, bound, decision, 'allow');
    }
    for (const { key, value, error, seconds } of result.annotations) {
      if (error !== undefined) {
        this.#refuse(hook, error, { bound });
        this.#count(hook, bound, { evaluation: 'error', message: error, seconds }, 'deny');
      } else if (value !== '') annotations.add(key, value);
    }
  }

  #enforce(hook: Hook, bound: Bound, { decision, index }: { decision: PolicyDecision; index: number }): void {
    const { message, reason } = decision;
    for (const action of bound.spec.validationActions ?? []) {
      switch (action) {
        case 'Deny':
          this.#refuse(hook, message, { bound, reason });
          this.#count(hook, bound, decision, 'deny');
          break;
        case 'Audit':
          this.#attributes.annotate(failureKey, failureOf(bound, index, message));
          this.#count(hook, bound, decision, 'audit');
          break;
        case 'Warn':
          this.#attributes.warn(
            `Validation failed for ValidatingAdmissionPolicy '${hook.name}' with binding '${bound.name}': ${message}`,
          );
          this.#count(hook, bound, decision, 'warn');
      }
    }
  }

  #misconfigured(hook: Hook, message: string, bound?: Bound): void {
    if (hook.spec.failurePolicy === 'Ignore') return;
    const what = bound === undefined ? 'policy' : 'binding';
    this.#refuse(hook, `failed to configure ${what}: ${message}`, { bound });
  }

  #refuse(
    { name }: Hook,
    message: string,
    { bound, reason }: { bound?: Bound | undefined; reason?: PolicyRefusal['reason'] },
  ): void {
    this.#refusal ??= { policy: name, binding: bound?.name, message, reason };
  }

  #count(
    hook: Hook,
    bound: Bound,
    { evaluation, message, seconds }: Pick<PolicyDecision, 'evaluation' | 'message' | 'seconds'>,
    action: 'allow' | 'deny' | 'audit' | 'warn',
  ): void {
    const errorType = evaluation === 'admit' ? 'no_error' : errorTypeOf(message);
    this.#metrics.validated({ policy: hook.name, binding: bound.name, errorType, seconds }, action);
  }
}

/** Ends the request, whatever the failure policy says. */
class RequestFailure extends Error {
  constructor(cause: unknown) {
    super('', { cause });
  }
}

/** What the audit log says of a validation that failed (Kubernetes: `validating.ValidationFailureValue`). */
function failureOf({ name, spec }: Bound, expressionIndex: number, message: string): string {
  const { policyName: policy = '', validationActions = [] } = spec;
  return goJson([{ message, policy, binding: name, expressionIndex, validationActions }]);
}
