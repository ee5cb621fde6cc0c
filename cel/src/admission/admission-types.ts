import { declareObject } from '../declared-types.ts';
import {
  boolType,
  dynType,
  intType,
  listType,
  mapType,
  type ObjectDeclaration,
  objectType,
  stringType,
  timestampType,
} from '../types.ts';

const text = stringType;
const texts = listType(stringType);

const kind = declareObject('kubernetes.GroupVersionKind', { group: text, version: text, kind: text });
const resource = declareObject('kubernetes.GroupVersionResource', {
  group: text,
  version: text,
  resource: text,
});
const userInfo = declareObject('kubernetes.UserInfo', {
  username: text,
  uid: text,
  groups: texts,
  extra: mapType(text, texts),
});

const kindType = objectType(kind.name);
const resourceType = objectType(resource.name);

const request = declareObject('kubernetes.AdmissionRequest', {
  kind: kindType,
  resource: resourceType,
  subResource: text,
  requestKind: kindType,
  requestResource: resourceType,
  requestSubResource: text,
  name: text,
  namespace: text,
  operation: text,
  userInfo: objectType(userInfo.name),
  dryRun: boolType,
  options: dynType,
});

const namespaceMetadata = declareObject('kubernetes.NamespaceMetadata', {
  name: text,
  generateName: text,
  namespace: text,
  labels: mapType(text, text),
  annotations: mapType(text, text),
  UID: text,
  creationTimestamp: timestampType,
  deletionGracePeriodSeconds: intType,
  deletionTimestamp: timestampType,
  generation: intType,
  resourceVersion: text,
  finalizers: texts,
});
const namespaceSpec = declareObject('kubernetes.NamespaceSpec', { finalizers: texts });
const namespaceCondition = declareObject('kubernetes.NamespaceCondition', {
  status: text,
  type: text,
  lastTransitionTime: timestampType,
  message: text,
  reason: text,
});
const namespaceStatus = declareObject('kubernetes.NamespaceStatus', {
  conditions: listType(objectType(namespaceCondition.name)),
  phase: text,
});
const namespace = declareObject('kubernetes.Namespace', {
  metadata: objectType(namespaceMetadata.name),
  spec: objectType(namespaceSpec.name),
  status: objectType(namespaceStatus.name),
});

/** The type of the variable `request`: an AdmissionRequest without uid and objects. */
export const requestType = objectType(request.name);
/** The type of the variable `namespaceObject`: what of a Namespace expressions may read. */
export const namespaceType = objectType(namespace.name);

/** All object types of admission's variables (Kubernetes: pkg/admission/plugin/cel/compile.go). */
export const admissionObjects: readonly ObjectDeclaration[] = [
  kind,
  resource,
  userInfo,
  request,
  namespaceMetadata,
  namespaceSpec,
  namespaceCondition,
  namespaceStatus,
  namespace,
];
