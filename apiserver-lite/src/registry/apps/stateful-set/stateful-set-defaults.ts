import { defaultClaim } from '../../core/persistent-volume-claim/persistent-volume-claim-defaults.ts';
import { type Fields, child, existing, fill, fillText, items } from '../../fields/fill.ts';
import { defaultPodTemplate } from '../../pod-template/pod-defaults.ts';

/** Fills the defaults of a StatefulSet (Kubernetes: `apis/apps/v1/defaults.go`). */
export function defaultStatefulSet(object: Fields): void {
  const spec = child(object, 'spec');
  fillText(spec, { podManagementPolicy: 'OrderedReady' });
  fill(spec, { replicas: 1, revisionHistoryLimit: 10 });
  const strategy = child(spec, 'updateStrategy');
  if (!strategy['type']) {
    strategy['type'] = 'RollingUpdate';
    fill(child(strategy, 'rollingUpdate'), { partition: 0 });
  } else if (strategy['type'] === 'RollingUpdate') {
    const rolling = existing(strategy, 'rollingUpdate');
    if (rolling !== undefined) fill(rolling, { partition: 0 });
  }
  fillText(child(spec, 'persistentVolumeClaimRetentionPolicy'), {
    whenDeleted: 'Retain',
    whenScaled: 'Retain',
  });
  for (const claim of items(spec, 'volumeClaimTemplates')) {
    fillText(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
    defaultClaim(claim);
  }
  defaultPodTemplate(spec);
}
