import type { CoreV1Event } from '@pg8s/k8s-proto/generated/models';
import { StatusError } from '../../../api-errors/status-error.ts';
import type { AdmissionAttributes } from '../../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { aggregated } from '../aggregated-messages.ts';
import { type EventLimit, eventLimits } from './rate-limit-configuration.ts';
import { TokenBuckets } from './token-bucket.ts';

type KeyOf = (attributes: AdmissionAttributes) => string;

/** Who shares a bucket. */
const keys: Readonly<Record<EventLimit['type'], KeyOf>> = {
  Server: () => '',
  Namespace: ({ namespace }) => namespace,
  User: ({ user }) => user.name,
  SourceAndObject: ({ object }) => {
    const { source = {}, involvedObject: about = {} } = object as unknown as CoreV1Event;
    return [
      source.component,
      source.host,
      about.kind,
      about.namespace,
      about.name,
      about.uid,
      about.apiVersion,
    ].join('');
  },
};

/**
 * Bounds how many events are written: in all, in a namespace, by a user, or about one object (Kubernetes:
 * `plugin/pkg/admission/eventratelimit`).
 */
export function eventRateLimit({
  configuration,
  clock,
}: Pick<PluginDependencies, 'configuration' | 'clock'>): AdmissionPlugin {
  const enforcers = eventLimits(configuration?.['EventRateLimit']).map((limit) => ({
    type: limit.type,
    keyOf: keys[limit.type],
    buckets: new TokenBuckets(limit, limit.type === 'Server' ? 1 : limit.cacheSize),
  }));
  return {
    operations: ['CREATE', 'UPDATE'],
    validate(attributes) {
      const { kind, dryRun } = attributes;
      // Those that are written by events.k8s.io are not counted.
      if (kind.kind !== 'Event' || kind.group !== '' || dryRun) return;
      const reached = enforcers.flatMap(({ type, keyOf, buckets }) => {
        const key = keyOf(attributes);
        return buckets.take(key, clock.now()) ? [] : [`limit reached on type ${type} for key ${key}`];
      });
      if (reached.length === 0) return;
      throw new StatusError(429, 'TooManyRequests', `Too many requests: ${aggregated(reached)}`);
    },
  };
}
