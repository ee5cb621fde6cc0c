import type { KubeObject } from '@pg8s/k8s-proto/object';
import { fieldAt } from './generic/kind-strategy.ts';
import { selectable } from './kind-module.ts';
import type { Rest } from './rest.ts';

type Fields = NonNullable<Rest['selectableFields']>;

/** Field selectors whose label is the path in the object; `fallback` is what an absent value counts as. */
function paths(names: readonly string[], fallback = ''): Fields {
  return Object.fromEntries(
    names.map((path) => [path, selectable((object: KubeObject) => fieldAt(object, path) ?? fallback)]),
  );
}

/** What field selectors may name beyond metadata.name and metadata.namespace, by `group/Kind` of the served kind. */
export const selectableFields: Readonly<Record<string, Fields>> = {
  '/Pod': {
    ...paths([
      'spec.nodeName',
      'spec.restartPolicy',
      'spec.schedulerName',
      'spec.serviceAccountName',
      'status.phase',
      'status.podIP',
      'status.nominatedNodeName',
    ]),
    // What clients of long ago call it.
    'spec.host': selectable((object) => fieldAt(object, 'spec.nodeName')),
    ...paths(['spec.hostNetwork'], 'false'),
    'status.podIPs': selectable((object) =>
      ((fieldAt(object, 'status.podIPs') ?? []) as { ip: string }[]).map(({ ip }) => ip).join(','),
    ),
  },
  '/Node': paths(['spec.unschedulable'], 'false'),
  '/Namespace': paths(['status.phase']),
  '/Secret': paths(['type']),
  '/Service': paths(['spec.clusterIP', 'spec.type']),
  '/ReplicationController': paths(['status.replicas'], '0'),
  'batch/Job': {
    'status.successful': selectable((object) => fieldAt(object, 'status.succeeded') ?? 0),
  },
  'certificates.k8s.io/CertificateSigningRequest': paths(['spec.signerName']),
  'networking.k8s.io/IPAddress': {},
  'resource.k8s.io/ResourceSlice': paths(['spec.nodeName', 'spec.driver']),
  '/Event': {
    ...paths([
      'involvedObject.kind',
      'involvedObject.namespace',
      'involvedObject.name',
      'involvedObject.uid',
      'involvedObject.apiVersion',
      'involvedObject.resourceVersion',
      'involvedObject.fieldPath',
      'reason',
      'type',
    ]),
    reportingComponent: selectable((object) => object['reportingComponent']),
    source: selectable((object) => fieldAt(object, 'source.component') || object['reportingComponent']),
  },
  'events.k8s.io/Event': {
    ...paths([
      'regarding.kind',
      'regarding.namespace',
      'regarding.name',
      'regarding.uid',
      'regarding.apiVersion',
      'regarding.resourceVersion',
      'regarding.fieldPath',
      'reason',
      'type',
    ]),
    reportingController: selectable((object) => object['reportingController']),
  },
};

/** How kinds that do not use the common words refuse another label, by `group/Kind` of the served kind. */
export const unsupportedFields: Readonly<Record<string, (version: string) => (label: string) => string>> = {
  'batch/Job': () => (label) => `field label ${JSON.stringify(label)} not supported for Job`,
  'resource.k8s.io/ResourceSlice': (version) => (label) =>
    `field label not supported for resource.k8s.io/${version}, Kind=ResourceSlice: ${label}`,
};
