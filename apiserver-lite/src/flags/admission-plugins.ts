import { admissionPluginNames } from '../admission/plugin-names.ts';
import { flagError } from './flag-error.ts';
import type { ApiserverFlagReader } from './flag-reader.ts';

/** Every plugin of kube-apiserver 1.36 (`--enable-admission-plugins` in its help). */
const knownPlugins: ReadonlySet<string> = new Set(
  `AlwaysAdmit AlwaysDeny AlwaysPullImages CertificateApproval CertificateSigning CertificateSubjectRestriction
   ClusterTrustBundleAttest DefaultIngressClass DefaultStorageClass DefaultTolerationSeconds DenyServiceExternalIPs
   EventRateLimit ExtendedResourceToleration ImagePolicyWebhook JobValidation LimitPodHardAntiAffinityTopology
   LimitRanger MutatingAdmissionPolicy MutatingAdmissionWebhook NamespaceAutoProvision NamespaceExists
   NamespaceLifecycle NodeDeclaredFeatureValidator NodeRestriction OwnerReferencesPermissionEnforcement
   PersistentVolumeClaimResize PodGroupProtection PodGroupWorkloadExists PodNodeSelector PodResizeValidator
   PodSecurity PodTolerationRestriction PodTopologyLabels Priority ResourceQuota RuntimeClass ServiceAccount
   StorageObjectInUseProtection TaintNodesByCondition ValidatingAdmissionPolicy ValidatingAdmissionWebhook`.split(
    /\s+/,
  ),
);

/**
 * Which of the admission plugins that are there must not run.
 *
 * @throws ApiserverFlagError for unknown plugins, in kube-apiserver's words, and for one to be enabled that pg8s lacks.
 */
export function disabledPlugins(reader: ApiserverFlagReader): string[] {
  const enabled = pluginsOf('enable-admission-plugins', reader);
  const disabled = pluginsOf('disable-admission-plugins', reader);
  const both = enabled.filter((name) => disabled.includes(name));
  if (both.length > 0) {
    throw flagError(
      'enable-admission-plugins',
      `and --disable-admission-plugins overlap: ${both.join(', ')} is in both`,
    );
  }
  const missing = enabled.filter((name) => !admissionPluginNames.some((own) => own === name));
  if (missing.length > 0) {
    throw flagError('enable-admission-plugins', `refused: ${missing.join(', ')} is not there yet`);
  }
  return disabled;
}

function pluginsOf(flag: string, reader: ApiserverFlagReader): string[] {
  const names = reader.list(flag);
  const unknown = names.find((name) => !knownPlugins.has(name));
  if (unknown !== undefined) throw flagError(flag, `plugin ${JSON.stringify(unknown)} is unknown`);
  return names;
}
