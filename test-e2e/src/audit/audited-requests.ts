import { type AskedRequest, tokens } from '../differential/asked-server.ts';

/** What both servers record, by the levels and options that there are. */
export const auditPolicy = `
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
  - level: None
    users: ["system:apiserver"]
  - level: None
    nonResourceURLs: ["/readyz", "/apis*"]
  - level: Metadata
    resources: [{ group: "", resources: ["secrets"] }]
  - level: Request
    omitStages: ["RequestReceived"]
    resources: [{ group: "", resources: ["services", "services/*"] }]
  - level: RequestResponse
    omitManagedFields: true
    resources: [{ group: "apps" }]
  - level: Metadata
    verbs: ["watch"]
    omitStages: ["ResponseComplete"]
  - level: RequestResponse
`;

const labels = { app: 'audited' };
const container = { name: 'c', image: 'registry.example/c:1' };
const spec = {
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: { containers: [container] } },
};
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'audited', labels }, spec };
const core = '/api/v1/namespaces/default';
const apps = '/apis/apps/v1/namespaces/default';
const configMap = (name: string): object => ({ metadata: { name }, data: { a: '<1>' } });

/** Requests whose events are compared, by what they show. */
export const auditedRequests: Readonly<Record<string, AskedRequest>> = {
  'a create': { path: `${core}/configmaps?fieldManager=tests`, body: configMap('audited') },
  'a create that exists': { path: `${core}/configmaps`, body: configMap('audited') },
  'a create that is invalid': { path: `${core}/configmaps`, body: configMap('Not A Name') },
  'a body that is no JSON': { path: `${core}/configmaps`, body: 'no JSON' },
  'a generated name': { path: `${core}/configmaps`, body: { metadata: { generateName: 'generated-' } } },
  'a dry run': { path: `${core}/configmaps?dryRun=All`, body: configMap('dry') },
  'an update': {
    method: 'PUT',
    path: `${core}/configmaps/audited`,
    body: { metadata: { name: 'audited' }, data: { a: '2' } },
  },
  'a merge patch': {
    method: 'PATCH',
    path: `${core}/configmaps/audited`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: '{ "data": { "a": "<3>" } }',
  },
  'a get': { path: `${core}/configmaps/audited` },
  'a get of what is not there': { path: `${core}/configmaps/missing` },
  'a get as YAML': { path: `${core}/configmaps/audited`, headers: { accept: 'application/yaml' } },
  'a get as protobuf': {
    path: `${core}/configmaps/audited`,
    headers: { accept: 'application/vnd.kubernetes.protobuf' },
  },
  'a list': { path: `${core}/configmaps?fieldSelector=metadata.name%3Daudited` },
  'a list as protobuf': {
    path: `${core}/configmaps?labelSelector=none`,
    headers: { accept: 'application/vnd.kubernetes.protobuf' },
  },
  'a Table': {
    path: `${core}/configmaps/audited`,
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
  },
  'metadata alone': {
    path: `${core}/configmaps/audited`,
    headers: { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' },
  },
  'a watch': { path: `${core}/configmaps?watch=1&timeoutSeconds=1&fieldSelector=metadata.name%3Daudited` },
  'a delete without options': { method: 'DELETE', path: `${core}/configmaps/audited` },
  'a delete with options': {
    method: 'DELETE',
    path: `${core}/configmaps/kube-root-ca.crt`,
    body: { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', gracePeriodSeconds: 0 },
  },
  'a collection is deleted': { method: 'DELETE', path: `${core}/configmaps?labelSelector=a%3Db` },
  'a Secret': {
    path: `${core}/secrets`,
    body: { metadata: { name: 'audited' }, stringData: { a: 'secret' } },
  },
  'a Secret is read': { path: `${core}/secrets/audited` },
  'a Secret is patched': {
    method: 'PATCH',
    path: `${core}/secrets/audited`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: '{"stringData":{"a":"other"}}',
  },
  'Secrets are listed': { path: '/api/v1/secrets' },
  'a Service': {
    path: `${core}/services`,
    body: { metadata: { name: 'audited' }, spec: { ports: [{ port: 80 }] } },
  },
  'a Deployment': { path: `${apps}/deployments`, body: deployment },
  'Deployments are listed': { path: `${apps}/deployments` },
  'Deployments as a Table with objects': {
    path: `${apps}/deployments?includeObject=Object`,
    headers: { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' },
  },
  'an application': {
    method: 'PATCH',
    path: `${apps}/deployments/audited?fieldManager=a&force=true`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify(deployment),
  },
  'a scale': { path: `${apps}/deployments/audited/scale` },
  'a scale is set': {
    method: 'PUT',
    path: `${apps}/deployments/audited/scale`,
    body: { metadata: { name: 'audited', namespace: 'default' }, spec: { replicas: 2 } },
  },
  'a token': { path: `${core}/serviceaccounts/audited/token`, body: { spec: {} } },
  'a review': {
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    body: { spec: { nonResourceAttributes: { path: '/x', verb: 'get' } } },
  },
  'wrong credentials': { path: `${core}/configmaps`, token: 'wrong' },
  'wrong credentials, and a password': {
    path: `${core}/configmaps`,
    token: null,
    headers: { authorization: 'Basic dXNlcjpwYXNz' },
  },
  nobody: { path: `${core}/configmaps`, token: null },
  'who may not': { path: `${core}/configmaps`, token: tokens.user },
  'an impersonation': {
    path: `${core}/configmaps/missing`,
    headers: {
      'impersonate-user': 'jane',
      'impersonate-group': 'system:masters',
      'impersonate-extra-a': 'b',
    },
  },
  'a refused impersonation': {
    path: `${core}/configmaps/missing`,
    token: tokens.user,
    headers: { 'impersonate-user': 'jane' },
  },
  'no resource': { path: '/version' },
  'nothing there': { path: '/nothing/there' },
  'not recorded': { path: '/apis/apps/v1' },
  'a deprecated resource': { path: `${core}/endpoints/missing` },
  'from behind proxies': {
    path: `${core}/configmaps/missing`,
    headers: { 'x-forwarded-for': '192.0.2.1, nonsense, 2001:db8::1', 'x-real-ip': '192.0.2.9' },
  },
  'a long agent': { path: `${core}/configmaps/missing`, headers: { 'user-agent': 'a'.repeat(1030) } },
};
