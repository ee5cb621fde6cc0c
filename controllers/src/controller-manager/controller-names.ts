import { controllerTable } from './controller-table.ts';

/** Every controller of kube-controller-manager 1.36 (`--controllers` in its help). */
export const knownControllers: ReadonlySet<string> = new Set(
  `bootstrap-signer-controller certificatesigningrequest-approving-controller
   certificatesigningrequest-cleaner-controller certificatesigningrequest-signing-controller
   cloud-node-lifecycle-controller clusterrole-aggregation-controller cronjob-controller daemonset-controller
   deployment-controller device-taint-eviction-controller disruption-controller endpoints-controller
   endpointslice-controller endpointslice-mirroring-controller ephemeral-volume-controller
   garbage-collector-controller horizontal-pod-autoscaler-controller job-controller
   kube-apiserver-serving-clustertrustbundle-publisher-controller legacy-serviceaccount-token-cleaner-controller
   namespace-controller node-ipam-controller node-lifecycle-controller node-route-controller
   persistentvolume-attach-detach-controller persistentvolume-binder-controller persistentvolume-expander-controller
   persistentvolume-protection-controller persistentvolumeclaim-protection-controller
   pod-garbage-collector-controller podcertificaterequest-cleaner-controller podgroup-protection-controller
   replicaset-controller replicationcontroller-controller resourceclaim-controller
   resourcepoolstatusrequest-controller resourcequota-controller root-ca-certificate-publisher-controller
   selinux-warning-controller service-cidr-controller service-lb-controller serviceaccount-controller
   serviceaccount-token-controller statefulset-controller storage-version-migrator-controller
   storageversion-garbage-collector-controller taint-eviction-controller token-cleaner-controller
   ttl-after-finished-controller ttl-controller validatingadmissionpolicy-status-controller
   volumeattributesclass-protection-controller`.split(/\s+/),
);

/** What is wrong with a value of `--controllers`, to complete "--controllers …"; undefined: nothing. */
export function controllersProblem(names: readonly string[]): string | undefined {
  const present = new Set<string>(controllerTable.map(({ name }) => name));
  const missing: string[] = [];
  for (const entry of names) {
    const name = entry.replace(/^-/, '');
    if (name === '*') continue;
    if (!knownControllers.has(name))
      return `has ${JSON.stringify(name)}, which is not in the list of known controllers`;
    if (entry === name && !present.has(name)) missing.push(name);
  }
  return missing.length === 0 ? undefined : `refused: ${missing.join(', ')} is not there yet`;
}
