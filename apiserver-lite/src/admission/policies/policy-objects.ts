import type { V1AuditAnnotation, V1Validation, V1Variable } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import type { LabelSelector } from '../matching/compiled-selector.ts';
import type { MatchCondition } from '../matching/match-conditions.ts';
import type { OperationRule } from '../matching/rule-matcher.ts';

/** Which requests a policy or a binding is for (Kubernetes: `admissionregistration.MatchResources`). */
export interface MatchResources {
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly resourceRules?: readonly OperationRule[];
  readonly excludeResourceRules?: readonly OperationRule[];
  readonly matchPolicy?: 'Exact' | 'Equivalent';
}

/** The kind of the objects that hold parameters. */
export interface ParamKind {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** Which of these objects a binding uses. */
export interface ParamRef {
  readonly name?: string;
  readonly namespace?: string;
  readonly selector?: LabelSelector;
  readonly parameterNotFoundAction?: 'Allow' | 'Deny';
}

/** What policies of both kinds say. */
export interface PolicySpec {
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: MatchResources;
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly V1Variable[];
  readonly failurePolicy?: 'Fail' | 'Ignore';
}

/** What bindings of both kinds say. */
export interface BindingSpec {
  readonly policyName?: string;
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

/** What must hold of requests. */
export interface ValidatingSpec extends PolicySpec {
  readonly validations?: readonly V1Validation[];
  readonly auditAnnotations?: readonly V1AuditAnnotation[];
}

/** What becomes of what a validating policy refuses. */
export interface ValidatingBindingSpec extends BindingSpec {
  readonly validationActions?: readonly ('Deny' | 'Warn' | 'Audit')[];
}

/** One change that a policy makes. */
export interface Mutation {
  readonly patchType?: string;
  readonly applyConfiguration?: { readonly expression?: string };
  readonly jsonPatch?: { readonly expression?: string };
}

/** What is changed in requests. */
export interface MutatingSpec extends PolicySpec {
  readonly mutations?: readonly Mutation[];
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded';
}

/** A policy or a binding as it is stored. */
export type WithSpec<Spec> = DeepReadonly<KubeObject> & { readonly spec?: Spec };

/** The name of a policy or a binding. */
export function nameOf(object: DeepReadonly<KubeObject>): string {
  return object.metadata.name ?? '';
}
