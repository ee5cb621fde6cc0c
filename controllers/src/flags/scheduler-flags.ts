import { type ComponentFlag, refused, withoutMeaning } from '@pg8s/k8s-proto/component-base/component-flag';
import { servingFlags, sharedFlags } from '@pg8s/k8s-proto/component-base/shared-flags';
import { clientFlags } from './component-flags.ts';

/** Every flag of kube-scheduler, for the help and for parsing. */
export const schedulerFlags: readonly ComponentFlag[] = [
  ...clientFlags({ leaseName: 'kube-scheduler', qps: '0', burst: '100' }),
  ...refused('there is no configuration file yet', { string: 'config write-config-to' }),
  ...refused('Pods that cannot be scheduled are tried again after 5 minutes', {
    duration: 'pod-max-in-unschedulable-pods-duration=5m0s',
  }),
  ...withoutMeaning('the API is spoken in JSON', {
    string: 'kube-api-content-type=application/vnd.kubernetes.protobuf',
  }),
  ...sharedFlags,
  ...servingFlags('10259', true),
];
