import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindModules } from '../../kind-modules.ts';
import { defaultTable } from '../../table/default-table.ts';

/**
 * The columns of every kind that kube-apiserver has a printer for: `Name=type`, a string where no type is
 * given; `*` for the format `name`, `+` for those of `-o wide` only.
 */
const columns: Readonly<Record<string, string>> = {
  '/ConfigMap': 'Name* | Data | Age',
  '/Endpoints': 'Name* | Endpoints | Age',
  '/Event':
    'Last Seen | Type | Reason | Object | Subobject+ | Source+ | Message | First Seen+ | Count+ | Name*+',
  '/Namespace': 'Name* | Status | Age',
  '/Node':
    'Name* | Status | Roles | Age | Version | Internal-IP+ | External-IP+ | OS-Image+ | Kernel-Version+ | Container-Runtime+',
  '/PersistentVolume':
    'Name* | Capacity | Access Modes | Reclaim Policy | Status | Claim | StorageClass | VolumeAttributesClass | Reason | Age | VolumeMode+',
  '/PersistentVolumeClaim':
    'Name* | Status | Volume | Capacity | Access Modes | StorageClass | VolumeAttributesClass | Age | VolumeMode+',
  '/Pod': 'Name* | Ready | Status | Restarts | Age | IP+ | Node+ | Nominated Node+ | Readiness Gates+',
  '/PodTemplate': 'Name* | Containers | Images | Pod Labels',
  '/ReplicationController':
    'Name* | Desired=integer | Current=integer | Ready=integer | Age | Containers+ | Images+ | Selector+',
  '/ResourceQuota': 'Name* | Request | Limit | Age',
  '/Secret': 'Name* | Type | Data | Age',
  '/Service': 'Name* | Type | Cluster-IP | External-IP | Port(s) | Age | Selector+',
  '/ServiceAccount': 'Name* | Age',
  'admissionregistration.k8s.io/MutatingAdmissionPolicy': 'Name* | Mutations=integer | ParamKind | Age',
  'admissionregistration.k8s.io/MutatingAdmissionPolicyBinding': 'Name* | PolicyName | ParamRef | Age',
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': 'Name* | Webhooks=integer | Age',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': 'Name* | Validations=integer | ParamKind | Age',
  'admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding': 'Name* | PolicyName | ParamRef | Age',
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': 'Name* | Webhooks=integer | Age',
  'apps/ControllerRevision': 'Name* | Controller | Revision | Age',
  'apps/DaemonSet':
    'Name* | Desired=integer | Current=integer | Ready=integer | Up-to-date=integer | Available=integer | Node Selector | Age | Containers+ | Images+ | Selector+',
  'apps/Deployment': 'Name* | Ready | Up-to-date | Available | Age | Containers+ | Images+ | Selector+',
  'apps/ReplicaSet':
    'Name* | Desired=integer | Current=integer | Ready=integer | Age | Containers+ | Images+ | Selector+',
  'apps/StatefulSet': 'Name* | Ready | Age | Containers+ | Images+',
  'autoscaling/HorizontalPodAutoscaler': 'Name* | Reference | Targets | MinPods | MaxPods | Replicas | Age',
  'batch/CronJob':
    'Name* | Schedule | Timezone | Suspend=boolean | Active=integer | Last Schedule | Age | Containers+ | Images+ | Selector+',
  'batch/Job': 'Name* | Status | Completions | Duration | Age | Containers+ | Images+ | Selector+',
  'certificates.k8s.io/CertificateSigningRequest':
    'Name* | Age | SignerName | Requestor | RequestedDuration | Condition',
  'certificates.k8s.io/ClusterTrustBundle': 'Name* | SignerName',
  'certificates.k8s.io/PodCertificateRequest':
    'Name* | PodName | ServiceAccountName | NodeName | SignerName | State | UnverifiedUserAnnotations',
  'coordination.k8s.io/Lease': 'Name* | Holder | Age',
  'coordination.k8s.io/LeaseCandidate': 'Name* | LeaseName | BinaryVersion | EmulationVersion | Age',
  'discovery.k8s.io/EndpointSlice': 'Name* | AddressType | Ports | Endpoints | Age',
  'events.k8s.io/Event':
    'Last Seen | Type | Reason | Object | Subobject+ | Source+ | Message | First Seen+ | Count+ | Name*+',
  'flowcontrol.apiserver.k8s.io/FlowSchema':
    'Name* | PriorityLevel | MatchingPrecedence | DistinguisherMethod | Age | MissingPL',
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration':
    'Name* | Type | NominalConcurrencyShares | Queues | HandSize | QueueLengthLimit | Age',
  'internal.apiserver.k8s.io/StorageVersion': 'Name* | CommonEncodingVersion | StorageVersions | Age',
  'networking.k8s.io/IPAddress': 'Name* | ParentRef',
  'networking.k8s.io/Ingress': 'Name* | Class | Hosts | Address | Ports | Age',
  'networking.k8s.io/IngressClass': 'Name* | Controller | Parameters | Age',
  'networking.k8s.io/NetworkPolicy': 'Name* | Pod-Selector | Age',
  'networking.k8s.io/ServiceCIDR': 'Name* | CIDRs | Age',
  'node.k8s.io/RuntimeClass': 'Name* | Handler | Age',
  'policy/PodDisruptionBudget': 'Name* | Min Available | Max Unavailable | Allowed Disruptions=integer | Age',
  'rbac.authorization.k8s.io/ClusterRoleBinding': 'Name* | Role | Age | Users+ | Groups+ | ServiceAccounts+',
  'rbac.authorization.k8s.io/RoleBinding': 'Name* | Role | Age | Users+ | Groups+ | ServiceAccounts+',
  'resource.k8s.io/DeviceClass': 'Name* | Age',
  'resource.k8s.io/DeviceTaintRule': 'Name* | Key | Value | Effect | TimeAdded | Age',
  'resource.k8s.io/ResourceClaim': 'Name* | State | Age',
  'resource.k8s.io/ResourceClaimTemplate': 'Name* | Age',
  'resource.k8s.io/ResourcePoolStatusRequest':
    'Name* | Driver | Total | Available | Allocated | Unavailable | Errors | Pools=integer | Status | Completed',
  'resource.k8s.io/ResourceSlice': 'Name* | Node | Driver | Pool | Age',
  'scheduling.k8s.io/PodGroup': 'Name* | Policy | Workload | Status | Age',
  'scheduling.k8s.io/PriorityClass':
    'Name* | Value=integer | Global-Default=boolean | Age | PreemptionPolicy',
  'scheduling.k8s.io/Workload': 'Name* | Age',
  'storage.k8s.io/CSIDriver':
    'Name* | AttachRequired=boolean | PodInfoOnMount=boolean | StorageCapacity=boolean | TokenRequests | RequiresRepublish=boolean | Modes | Age',
  'storage.k8s.io/CSINode': 'Name* | Drivers=integer | Age',
  'storage.k8s.io/StorageClass':
    'Name* | Provisioner | ReclaimPolicy | VolumeBindingMode | AllowVolumeExpansion | Age',
  'storage.k8s.io/VolumeAttachment': 'Name* | Attacher* | PV | Node | Attached=boolean | Age',
  'storage.k8s.io/VolumeAttributesClass': 'Name* | DriverName | Age',
  'storagemigration.k8s.io/StorageVersionMigration': 'Name | Resource | Status',
};

for (const [kind, expected] of Object.entries(columns)) {
  test(`columns of ${kind}`, () => {
    const shown = kindModules()
      .get(kind)
      ?.table?.columns.map(
        ({ name, type, format, priority }) =>
          `${name}${type === 'string' ? '' : `=${type}`}${format === 'name' ? '*' : ''}${priority > 0 ? '+' : ''}`,
      );
    assert.equal(shown?.join(' | '), expected);
  });
}

test('no other kind but APIService, which the aggregator prints, has columns of its own', () => {
  assert.deepEqual(
    [...kindModules().values()]
      .filter(({ key, table }) => table !== undefined && table !== defaultTable && columns[key] === undefined)
      .map(({ key }) => key),
    ['apiregistration.k8s.io/APIService'],
  );
});
