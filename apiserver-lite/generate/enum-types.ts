/**
 * The named string types that Kubernetes 1.36 marks as enums (`+enum`), by their package (`k8s.io.api.`
 * aside): only these are published with their values; the constants of other types are examples.
 */
export const enumTypes: Readonly<Record<string, string>> = {
  'admissionregistration.v1':
    'FailurePolicyType MatchPolicyType OperationType PatchType ReinvocationPolicyType ScopeType SideEffectClass ValidationAction',
  'admissionregistration.v1alpha1':
    'FailurePolicyType MatchPolicyType ParameterNotFoundActionType PatchType ValidationAction',
  'admissionregistration.v1beta1': 'PatchType ValidationAction',
  'apps.v1':
    'DaemonSetUpdateStrategyType DeploymentStrategyType PodManagementPolicyType StatefulSetUpdateStrategyType',
  'autoscaling.v1': 'MetricSourceType',
  'batch.v1':
    'CompletionMode ConcurrencyPolicy PodFailurePolicyAction PodFailurePolicyOnExitCodesOperator PodReplacementPolicy',
  'certificates.v1': 'KeyUsage',
  'core.v1':
    'AppArmorProfileType AzureDataDiskCachingMode AzureDataDiskKind ClaimResourceStatus DNSPolicy HostPathType IPFamily IPFamilyPolicy MountPropagationMode NamespacePhase NodeInclusionPolicy NodePhase NodeSelectorOperator PersistentVolumeAccessMode PersistentVolumeClaimModifyVolumeStatus PersistentVolumeClaimPhase PersistentVolumeMode PersistentVolumePhase PersistentVolumeReclaimPolicy PodFSGroupChangePolicy PodPhase PodQOSClass PreemptionPolicy ProcMountType Protocol PullPolicy ResourceQuotaScope RestartPolicy ScopeSelectorOperator SeccompProfileType ServiceAffinity ServiceExternalTrafficPolicy ServiceInternalTrafficPolicy ServiceType Signal SupplementalGroupsPolicy TaintEffect TerminationMessagePolicy TolerationOperator URIScheme UnsatisfiableConstraintAction',
  'discovery.v1': 'AddressType',
  'discovery.v1beta1': 'AddressType',
  'networking.v1': 'PathType PolicyType',
  'policy.v1': 'UnhealthyPodEvictionPolicyType',
  'policy.v1beta1': 'UnhealthyPodEvictionPolicyType',
  'resource.v1': 'AllocationConfigSource DeviceAllocationMode DeviceTaintEffect DeviceTolerationOperator',
  'resource.v1alpha3': 'DeviceTaintEffect',
  'resource.v1beta1':
    'AllocationConfigSource DeviceAllocationMode DeviceTaintEffect DeviceTolerationOperator',
  'resource.v1beta2':
    'AllocationConfigSource DeviceAllocationMode DeviceTaintEffect DeviceTolerationOperator',
  'scheduling.v1alpha2': 'DisruptionMode',
  'storage.v1': 'VolumeBindingMode',
  'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1': 'FieldValueErrorReason',
};

/** Values of enums that the facts do not list, because their constants are conversions. */
export const enumValues: Readonly<Record<string, readonly string[]>> = {
  'k8s.io.api.discovery.v1.AddressType': ['IPv4', 'IPv6', 'FQDN'],
  'k8s.io.api.networking.v1.PathType': ['Exact', 'ImplementationSpecific', 'Prefix'],
  'k8s.io.api.resource.v1.DeviceAllocationMode': ['All', 'ExactCount'],
  'k8s.io.api.resource.v1beta1.DeviceAllocationMode': ['All', 'ExactCount'],
  'k8s.io.api.resource.v1beta2.DeviceAllocationMode': ['All', 'ExactCount'],
};
