import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resources } from '@pg8s/k8s-proto/scheme';
import { testRegistry } from '../test-registry.ts';

// The stock server answers requests for a Table of these with 406.
const withoutTables = [
  '/v1/bindings',
  '/v1/namespaces/finalize',
  '/v1/nodes/proxy',
  '/v1/pods/attach',
  '/v1/pods/binding',
  '/v1/pods/ephemeralcontainers',
  '/v1/pods/eviction',
  '/v1/pods/exec',
  '/v1/pods/log',
  '/v1/pods/portforward',
  '/v1/pods/proxy',
  '/v1/pods/resize',
  '/v1/services/proxy',
  'apiextensions.k8s.io/v1/customresourcedefinitions/status',
  'apiregistration.k8s.io/v1/apiservices/status',
  'authentication.k8s.io/v1/selfsubjectreviews',
  'authentication.k8s.io/v1/tokenreviews',
  'authorization.k8s.io/v1/localsubjectaccessreviews',
  'authorization.k8s.io/v1/selfsubjectaccessreviews',
  'authorization.k8s.io/v1/selfsubjectrulesreviews',
  'authorization.k8s.io/v1/subjectaccessreviews',
  'certificates.k8s.io/v1/certificatesigningrequests/approval',
  'resource.k8s.io/v1/resourceclaims/status',
];

// Tokens of service accounts have none either; without a key they are not served here.
test('reviews, and most subresources that are neither status nor scale, have no tables', async () => {
  const api = await testRegistry();
  const found = resources()
    .filter(({ servedByDefault }) => servedByDefault)
    .flatMap(({ group, version, name, subresources }) =>
      ['', ...subresources.map((subresource) => `/${subresource.name}`)].map(
        (below) => `${group}/${version}/${name}${below}`,
      ),
    )
    .filter((place) => {
      try {
        return api.rest(place).table === undefined;
      } catch {
        return false;
      }
    });
  assert.deepEqual(found.sort(), [...withoutTables].sort());
});
