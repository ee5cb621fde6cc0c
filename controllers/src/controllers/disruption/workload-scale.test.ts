import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../runtime/client/api-error.ts';
import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { Client } from '../../runtime/client/client.ts';
import { createTestContext } from '../../runtime/testing/test-context.ts';
import { WorkloadScales } from './workload-scale.ts';

const missing = () => new ApiError(404, { kind: 'Status', reason: 'NotFound', code: 404 } as never);

/** An API with the kind `Thing`; `answers` are its objects and their scales by path. */
function clientOf(answers: Readonly<Record<string, ApiObject>>): Client {
  return {
    getPath: (path: string) =>
      Promise.resolve({
        kind: 'APIGroupDiscoveryList',
        items:
          path === '/api'
            ? []
            : [
                {
                  metadata: { name: 'example.com' },
                  versions: [
                    {
                      version: 'v1',
                      resources: [
                        {
                          resource: 'things',
                          scope: 'Namespaced',
                          verbs: ['get'],
                          responseKind: { kind: 'Thing' },
                        },
                      ],
                    },
                  ],
                },
              ],
      }),
    get: (_resource: unknown, { name }: { name: string }, options?: { subresource?: string }) => {
      const answer = answers[`${name}${options?.subresource ? `/${options.subresource}` : ''}`];
      return answer ? Promise.resolve(answer) : Promise.reject(missing());
    },
  } as unknown as Client;
}

const object = (name: string, spec?: object): ApiObject =>
  ({ apiVersion: 'x', kind: 'x', metadata: { name, uid: `uid-${name}` }, spec }) as ApiObject;

test('workloads of others have the scale that their subresource tells', async () => {
  const context = createTestContext();
  const scales = new WorkloadScales({
    ...context,
    client: clientOf({ a: object('a'), 'a/scale': object('a', { replicas: 7 }), plain: object('plain') }),
  });
  const reference = (name: string, kind = 'Thing') => ({
    apiVersion: 'example.com/v1',
    kind,
    name,
    uid: `uid-${name}`,
    controller: true,
  });
  assert.deepEqual(await scales.find(reference('a'), 'default'), { uid: 'uid-a', replicas: 7 });
  assert.equal(await scales.find({ ...reference('a'), uid: 'another' }, 'default'), undefined);
  assert.equal(await scales.find(reference('gone'), 'default'), undefined);
  await assert.rejects(
    scales.find(reference('plain'), 'default'),
    /Thing does not implement the scale subresource/,
  );
  await assert.rejects(
    scales.find(reference('a', 'Other'), 'default'),
    /no matches for kind "Other" in version "example\.com\/v1"/,
  );
  context.informers.stop();
});
