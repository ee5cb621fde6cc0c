import { Evaluators } from '@pg8s/k8s-proto/quota/evaluators';
import type { AdmissionPlugin, PluginDependencies } from '../../plugin.ts';
import { FollowedClaims } from './claim-lookups.ts';
import { limitedResources } from './limited-resources.ts';
import { QuotaAccess } from './quota-access.ts';
import { QuotaQueue } from './quota-queue.ts';

type Dependencies = Pick<
  PluginDependencies,
  'storageOf' | 'informers' | 'clock' | 'trackServerWrite' | 'configuration'
>;

/**
 * No namespace uses more than its ResourceQuotas allow (Kubernetes: `apiserver/pkg/admission/plugin/
 * resourcequota`). Runs last, as what it charges is not given back when a later plugin refuses; the quota
 * controller does that some time later.
 */
export function resourceQuota({
  storageOf,
  informers,
  clock,
  trackServerWrite,
  configuration,
}: Dependencies): AdmissionPlugin {
  const limited = limitedResources(configuration?.['ResourceQuota']);
  const claims = new FollowedClaims(informers, clock);
  const evaluators = new Evaluators({ now: () => clock.now(), claims });
  const access = new QuotaAccess({ storage: storageOf('', 'resourcequotas'), informers, trackServerWrite });
  const queue = new QuotaQueue({ access, limited, clock });
  return {
    operations: ['CREATE', 'UPDATE'],
    start: () => access.start(),
    async validate(attributes) {
      const { operation, kind, resource, namespace, subresource, object, oldObject } = attributes;
      if (namespace === '' || object === undefined) return;
      if (operation !== 'CREATE' && operation !== 'UPDATE') return;
      if (operation === 'CREATE' && kind.group === '' && kind.kind === 'Namespace') return;
      const evaluator = evaluators.of(resource.group, resource.resource);
      if (evaluator?.handles({ operation, subresource, object, oldObject }) !== true) return;
      if (resource.group === 'resource.k8s.io' && resource.resource === 'resourceclaims') {
        await claims.ready(object);
      }
      await queue.charge(attributes, evaluator);
    },
  };
}
