import type { V1MutatingWebhook, V1ValidatingWebhook } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { AdmissionMetrics } from '../../metrics/admission-metrics.ts';
import type { WebhookClientConfig } from '../../outgoing/webhook.ts';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import { compileSelector } from '../matching/compiled-selector.ts';
import { MatchConditions } from '../matching/match-conditions.ts';
import type { MatchCriteria } from '../matching/request-matcher.ts';
import { reviewVersionOf, type ReviewVersion } from './admission-review.ts';

/** A configuration as it is followed. */
export type WebhookConfiguration = DeepReadonly<
  KubeObject & {
    webhooks?: (V1ValidatingWebhook & Pick<V1MutatingWebhook, 'reinvocationPolicy'>)[];
  }
>;

type ConfiguredWebhook = NonNullable<WebhookConfiguration['webhooks']>[number];

/** One webhook of a configuration, ready to be asked. */
export interface Webhook {
  /** Its own among all webhooks of its kind, also where a configuration has its name twice. */
  readonly uid: string;
  readonly configuration: string;
  readonly name: string;
  readonly criteria: MatchCriteria;
  readonly conditions: MatchConditions;
  readonly client: WebhookClientConfig;
  readonly timeoutMs: number;
  /** `failurePolicy: Ignore`: the request goes on where the webhook cannot be called. */
  readonly ignoresFailures: boolean;
  /** It may see requests that are to change nothing. */
  readonly supportsDryRun: boolean;
  /** It is asked again where others changed the object after it. */
  readonly isReinvocable: boolean;
  /** Undefined: none that the server knows. */
  readonly reviewVersion: ReviewVersion | undefined;
  /** Counts what comes of its match conditions. */
  readonly excluded: (operation: string) => void;
}

/** The webhooks of a configuration, in its order. Fields that are absent have their defaults. */
export function webhooksOf(
  { metadata, webhooks = [] }: WebhookConfiguration,
  { mutating, metrics }: { mutating: boolean; metrics: AdmissionMetrics },
): readonly Webhook[] {
  const configuration = metadata.name ?? '';
  const seen = new Map<string, number>();
  return webhooks.map((webhook) => {
    const { name } = webhook;
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    const failurePolicy = webhook.failurePolicy === 'Ignore' ? 'Ignore' : 'Fail';
    // kube-apiserver has two names for validation.
    const counted = (type: string) => metrics.matchConditions({ name, kind: 'webhook', type });
    const evaluated = counted(mutating ? 'admit' : 'validating');
    const excluded = counted(mutating ? 'admit' : 'validate');
    return {
      uid: `${configuration}/${name}/${count}`,
      configuration,
      name,
      criteria: criteriaOf(webhook),
      conditions: new MatchConditions({
        conditions: webhook.matchConditions ?? [],
        failurePolicy,
        metrics: evaluated,
      }),
      client: webhook.clientConfig as WebhookClientConfig,
      timeoutMs: (webhook.timeoutSeconds ?? 10) * 1000,
      ignoresFailures: failurePolicy === 'Ignore',
      supportsDryRun: ['None', 'NoneOnDryRun'].includes(webhook.sideEffects),
      isReinvocable: webhook.reinvocationPolicy === 'IfNeeded',
      reviewVersion: reviewVersionOf(webhook.admissionReviewVersions),
      excluded: (operation) => excluded.excluded(operation),
    };
  });
}

function criteriaOf(webhook: ConfiguredWebhook): MatchCriteria {
  return {
    rules: webhook.rules ?? [],
    matchPolicy: webhook.matchPolicy === 'Exact' ? 'Exact' : 'Equivalent',
    namespaceSelector: compileSelector(webhook.namespaceSelector ?? {}),
    objectSelector: compileSelector(webhook.objectSelector ?? {}),
  };
}
