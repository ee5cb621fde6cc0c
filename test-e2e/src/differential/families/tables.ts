import type { Family } from '../family.ts';
import { namespace } from '../places.ts';

const inNamespace = `/api/v1/namespaces/${namespace}`;
const review = (group: string, kind: string) => ({
  path: `/apis/${group}/v1/${kind.toLowerCase()}s`,
  body: { apiVersion: `${group}/v1`, kind },
});

/** Requests that write to what there are Tables of, and to what there are none of. */
const requests: readonly { path: string; method?: 'POST' | 'PUT'; body?: object }[] = [
  review('authentication.k8s.io', 'SelfSubjectReview'),
  review('authentication.k8s.io', 'TokenReview'),
  review('authorization.k8s.io', 'SelfSubjectAccessReview'),
  review('authorization.k8s.io', 'SelfSubjectRulesReview'),
  review('authorization.k8s.io', 'SubjectAccessReview'),
  { path: `${inNamespace}/bindings` },
  { path: `${inNamespace}/pods/nope/binding`, body: { metadata: { name: 'nope' }, target: { kind: 'Foo' } } },
  { path: `${inNamespace}/pods/nope/eviction` },
  { path: `${inNamespace}/serviceaccounts/nope/token` },
  ...[
    '/api/v1/namespaces/nope/finalize',
    `${inNamespace}/pods/nope/ephemeralcontainers`,
    `${inNamespace}/pods/nope/resize`,
    `${inNamespace}/pods/nope/status`,
    `/apis/apps/v1/namespaces/${namespace}/deployments/nope/scale`,
    `/apis/apps/v1/namespaces/${namespace}/deployments/nope/status`,
    '/apis/apiregistration.k8s.io/v1/apiservices/nope/status',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/nope/status',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests/nope/approval',
    '/apis/certificates.k8s.io/v1/certificatesigningrequests/nope/status',
    `/apis/resource.k8s.io/v1/namespaces/${namespace}/resourceclaims/nope/status`,
  ].map((path) => ({ path, method: 'PUT' as const })),
];

const accepts = {
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  'table or object': 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json',
  metadata: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
};

/** Tables of reviews and subresources: not all have them. */
export const tables: readonly Family[] = Object.entries(accepts).map(([wanted, accept]) => ({
  name: `answers to writes as ${wanted}`,
  async run(ask) {
    for (const { path, method = 'POST', body = {} } of requests)
      await ask(`${method} ${path}`, { path, method, body, headers: { accept } });
  },
}));
