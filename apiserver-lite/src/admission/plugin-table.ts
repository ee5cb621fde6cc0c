import { admissionChain, type Admission } from './chain.ts';
import type { AdmissionPlugin, PluginDependencies } from './plugin.ts';
import { mutatingAdmissionPolicy } from './policies/mutating/mutating-admission-policy.ts';
import { validatingAdmissionPolicy } from './policies/validating/validating-admission-policy.ts';
import { alwaysAdmit } from './plugins/always-admit.ts';
import { alwaysDeny } from './plugins/always-deny.ts';
import { alwaysPullImages } from './plugins/always-pull-images.ts';
import { certificateApproval } from './plugins/certificates/certificate-approval.ts';
import { certificateSigning } from './plugins/certificates/certificate-signing.ts';
import { certificateSubjectRestriction } from './plugins/certificates/certificate-subject-restriction.ts';
import { defaultIngressClass } from './plugins/default-ingress-class.ts';
import { defaultStorageClass } from './plugins/default-storage-class.ts';
import { gatedOff } from './plugins/gated-off.ts';
import { limitRanger } from './plugins/limit-ranger/limit-ranger.ts';
import { nodeDeclaredFeatureValidator } from './plugins/node-declared-feature-validator.ts';
import { persistentVolumeClaimResize } from './plugins/persistent-volume-claim-resize.ts';
import { podResizeValidator } from './plugins/pod-resize-validator.ts';
import { podTopologyLabels } from './plugins/pod-topology-labels.ts';
import { priority } from './plugins/priority.ts';
import { runtimeClass } from './plugins/runtime-class.ts';
import { serviceAccount } from './plugins/service-account/service-account.ts';
import { namespaceAutoProvision } from './plugins/namespace-auto-provision.ts';
import { namespaceExists } from './plugins/namespace-exists.ts';
import { limitPodHardAntiAffinityTopology } from './plugins/limit-pod-hard-anti-affinity-topology.ts';
import { podNodeSelector } from './plugins/pod-node-selector.ts';
import { podTolerationRestriction } from './plugins/pod-toleration-restriction.ts';
import { eventRateLimit } from './plugins/event-rate-limit/event-rate-limit.ts';
import { extendedResourceToleration } from './plugins/extended-resource-toleration.ts';
import { ownerReferencesPermissionEnforcement } from './plugins/owner-references-permission-enforcement.ts';
import { denyServiceExternalIps } from './plugins/deny-service-external-ips.ts';
import { defaultTolerationSeconds } from './plugins/default-toleration-seconds.ts';
import { namespaceLifecycle } from './plugins/namespace-lifecycle.ts';
import { nodeRestriction } from './plugins/node-restriction/node-restriction.ts';
import { podSecurity } from './plugins/pod-security/pod-security.ts';
import { resourceQuota } from './plugins/resource-quota/resource-quota.ts';
import { mutatingAdmissionWebhook } from './webhooks/mutating-webhooks.ts';
import { validatingAdmissionWebhook } from './webhooks/validating-webhooks.ts';
import { storageObjectInUseProtection } from './plugins/storage-object-in-use-protection.ts';
import { taintNodesByCondition } from './plugins/taint-nodes-by-condition.ts';

/** A plugin of kube-apiserver 1.36. */
export interface PluginRow {
  /** As in `--enable-admission-plugins`. */
  readonly name: string;
  readonly byDefault: boolean;
  /** Absent: pg8s does not have it, and refuses to enable it. */
  readonly build?: (dependencies: PluginDependencies) => AdmissionPlugin;
}

const on = (name: string, build?: PluginRow['build']): PluginRow => ({
  name,
  byDefault: true,
  ...(build === undefined ? {} : { build }),
});
const off = (name: string, build?: PluginRow['build']): PluginRow => ({
  ...on(name, build),
  byDefault: false,
});

/** Every plugin, in the order in which they are called (kube-apiserver: `AllOrderedPlugins`). */
export const pluginTable: readonly PluginRow[] = [
  off('AlwaysAdmit', alwaysAdmit),
  off('NamespaceAutoProvision', namespaceAutoProvision),
  on('NamespaceLifecycle', namespaceLifecycle),
  off('NamespaceExists', namespaceExists),
  off('LimitPodHardAntiAffinityTopology', limitPodHardAntiAffinityTopology),
  on('LimitRanger', limitRanger),
  on('ServiceAccount', serviceAccount),
  off('NodeRestriction', nodeRestriction),
  on('TaintNodesByCondition', taintNodesByCondition),
  off('AlwaysPullImages', alwaysPullImages),
  off('ImagePolicyWebhook'),
  on('PodSecurity', podSecurity),
  off('PodNodeSelector', podNodeSelector),
  on('Priority', priority),
  on('DefaultTolerationSeconds', defaultTolerationSeconds),
  off('PodTolerationRestriction', podTolerationRestriction),
  off('EventRateLimit', eventRateLimit),
  off('ExtendedResourceToleration', extendedResourceToleration),
  on('DefaultStorageClass', defaultStorageClass),
  on('StorageObjectInUseProtection', storageObjectInUseProtection),
  on('PodGroupProtection', gatedOff('admit', ['CREATE'])),
  off('OwnerReferencesPermissionEnforcement', ownerReferencesPermissionEnforcement),
  on('PersistentVolumeClaimResize', persistentVolumeClaimResize),
  on('RuntimeClass', runtimeClass),
  on('CertificateApproval', certificateApproval),
  on('CertificateSigning', certificateSigning),
  on('ClusterTrustBundleAttest', gatedOff('validate', ['CREATE', 'UPDATE'])),
  on('CertificateSubjectRestriction', certificateSubjectRestriction),
  on('DefaultIngressClass', defaultIngressClass),
  off('DenyServiceExternalIPs', denyServiceExternalIps),
  on('PodTopologyLabels', podTopologyLabels),
  on('PodGroupWorkloadExists', gatedOff('validate', ['CREATE'])),
  on('NodeDeclaredFeatureValidator', nodeDeclaredFeatureValidator),
  on('JobValidation', gatedOff('validate', ['UPDATE'])),
  on('PodResizeValidator', podResizeValidator),
  on('MutatingAdmissionPolicy', mutatingAdmissionPolicy),
  on('MutatingAdmissionWebhook', mutatingAdmissionWebhook),
  on('ValidatingAdmissionPolicy', validatingAdmissionPolicy),
  on('ValidatingAdmissionWebhook', validatingAdmissionWebhook),
  on('ResourceQuota', resourceQuota),
  off('AlwaysDeny', alwaysDeny),
];

/** Plugins to run besides those that run by default, and plugins not to run. */
export interface PluginSelection {
  enabled?: readonly string[];
  disabled?: readonly string[];
}

/** The rows of the plugins that run: those there are, as selected. */
export function selectedPlugins({ enabled = [], disabled = [] }: PluginSelection): PluginRow[] {
  return pluginTable.filter(
    ({ name, byDefault, build }) =>
      build !== undefined && (enabled.includes(name) || (byDefault && !disabled.includes(name))),
  );
}

/** The selected plugins as one. */
export function createAdmission(selection: PluginSelection, dependencies: PluginDependencies): Admission {
  return admissionChain(
    selectedPlugins(selection).flatMap(({ name, build }) =>
      build === undefined ? [] : [{ name, plugin: build(dependencies) }],
    ),
    dependencies.metrics,
  );
}
