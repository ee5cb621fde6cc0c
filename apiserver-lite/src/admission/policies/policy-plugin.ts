import type { AdmissionAttributes, AdmissionOperation } from '../attributes.ts';
import { admissionForbidden } from '../attributes.ts';
import { EquivalentResources } from '../matching/equivalent-resources.ts';
import { Namespaces } from '../matching/namespaces.ts';
import { RequestMatcher } from '../matching/request-matcher.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';
import { ParamSources } from './param-sources.ts';
import { PolicySource, type PolicyHook } from './policy-source.ts';
import type { BindingSpec, PolicySpec } from './policy-objects.ts';

/** How the policies of one kind are asked. */
export interface PolicyPluginOptions<Policy, Binding, Evaluator> {
  readonly operations: readonly AdmissionOperation[];
  /** Plural names of the two resources. */
  readonly policies: string;
  readonly bindings: string;
  compile(spec: Policy, name: string): Evaluator;
  /** Asks the policies about a request. Throws the refusal. */
  dispatch(
    attributes: AdmissionAttributes,
    hooks: readonly PolicyHook<Policy, Binding, Evaluator>[],
    tools: PolicyTools,
  ): Promise<void>;
}

/** What policies are matched with, and where their parameters are. */
export interface PolicyTools {
  readonly matcher: RequestMatcher;
  readonly params: ParamSources;
}

const group = 'admissionregistration.k8s.io';

/** Not asked about at all, so that no policy can keep itself from being taken away. */
const configurations = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

/** Questions, not objects: policies never see them (kube-apiserver: `intentionallyExcluded…`). */
const questions = new Set([
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/localsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
]);

/** What both admission plugins of policies share (Kubernetes: `admission/plugin/policy/generic.Plugin`). */
export class PolicyPlugin<Policy extends PolicySpec, Binding extends BindingSpec, Evaluator> {
  readonly #options: PolicyPluginOptions<Policy, Binding, Evaluator>;
  readonly #source: PolicySource<Policy, Binding, Evaluator>;
  readonly #tools: PolicyTools;

  constructor(
    { informers, resources, storageOf, clock }: PluginDependencies,
    options: PolicyPluginOptions<Policy, Binding, Evaluator>,
  ) {
    this.#options = options;
    const params = new ParamSources({ informers, resources, clock });
    const { policies, bindings, compile } = options;
    this.#source = new PolicySource({ informers, resources, params, clock, policies, bindings, compile });
    this.#tools = {
      params,
      matcher: new RequestMatcher({
        equivalents: new EquivalentResources(resources),
        namespaces: new Namespaces({ informers, storageOf }),
      }),
    };
  }

  /** The plugin, called in one of the phases. */
  in(phase: 'admit' | 'validate'): AdmissionPlugin {
    return {
      operations: this.#options.operations,
      start: async () => {
        await Promise.all([this.#source.start(), this.#tools.matcher.namespaces.follow()]);
      },
      [phase]: (attributes: AdmissionAttributes) => this.#ask(attributes),
    };
  }

  /** Nothing is awaited where there are no policies. */
  #ask(attributes: AdmissionAttributes): Promise<void> | undefined {
    if (isExempt(attributes)) return undefined;
    const { hooks } = this.#source;
    if (hooks === undefined) return this.#askLater(attributes);
    return hooks.length === 0 ? undefined : this.#options.dispatch(attributes, hooks, this.#tools);
  }

  async #askLater(attributes: AdmissionAttributes): Promise<void> {
    await this.#source.ready();
    const { hooks } = this.#source;
    if (hooks === undefined) throw admissionForbidden(attributes, 'not yet ready to handle request');
    await this.#options.dispatch(attributes, hooks, this.#tools);
  }
}

function isExempt({ resource }: AdmissionAttributes): boolean {
  if (resource.group === group) return configurations.has(resource.resource);
  return questions.has(`${resource.group}/${resource.resource}`);
}
