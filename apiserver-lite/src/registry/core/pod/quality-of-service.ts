import type { V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { compareQuantities, isZeroQuantity, parseQuantity } from '@pg8s/k8s-proto/quantity';

type Resources = Readonly<Record<string, string>>;

const judged = ['cpu', 'memory'];

function positive(resources: Resources | undefined, name: string): string | undefined {
  const text = resources?.[name];
  if (text === undefined) return undefined;
  return isZeroQuantity(parseQuantity(text)) ? undefined : text;
}

/**
 * How much a node owes a Pod (Kubernetes: `apis/core/v1/helper/qos`): Guaranteed when every container limits
 * cpu and memory and requests as much, BestEffort when none asks for anything, Burstable otherwise.
 */
export function qualityOfService(spec: V1PodSpec): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const demands: { requests?: Resources; limits?: Resources }[] =
    spec.resources === undefined
      ? [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(
          (container) => container.resources ?? {},
        )
      : [spec.resources];
  let asks = false;
  let guaranteed = true;
  for (const { requests, limits } of demands) {
    for (const name of judged) {
      const limit = positive(limits, name);
      const request = positive(requests, name);
      if (limit !== undefined || request !== undefined) asks = true;
      if (
        limit === undefined ||
        request === undefined ||
        compareQuantities(parseQuantity(limit), parseQuantity(request)) !== 0
      ) {
        guaranteed = false;
      }
    }
  }
  if (!asks) return 'BestEffort';
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
