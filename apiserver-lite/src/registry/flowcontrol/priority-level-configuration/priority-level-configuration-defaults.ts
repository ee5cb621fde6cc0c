import type { V1PriorityLevelConfiguration } from '@pg8s/k8s-proto/generated/models';
import { child, existing, fill, fillNumbers } from '../../fields/fill.ts';

/**
 * Kubernetes: `SetDefaults_ExemptPriorityLevelConfiguration`,
 * `SetDefaults_LimitedPriorityLevelConfiguration`.
 */
export function defaultPriorityLevel(object: V1PriorityLevelConfiguration): void {
  const spec = child(object, 'spec');
  const exempt = existing(spec, 'exempt');
  if (exempt !== undefined) fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 });
  const limited = existing(spec, 'limited');
  if (limited === undefined) return;
  fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const queuing = existing(existing(limited, 'limitResponse'), 'queuing');
  if (queuing === undefined) return;
  fillNumbers(queuing, { queues: 64, handSize: 8, queueLengthLimit: 50 });
}
