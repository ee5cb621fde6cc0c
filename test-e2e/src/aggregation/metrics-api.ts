import {
  httpsAnswers,
  type HttpsAnswers,
} from '../../../apiserver-lite/src/outgoing/testing/https-answers.ts';

const timestamp = '2026-01-01T00:00:00Z';
const usage = { cpu: '250m', memory: '1Gi' };

/** A server of `metrics.k8s.io` as `kubectl top` asks it: one node and one Pod use a quarter of a core. */
export function metricsApi(tls: { cert: string; key: string }, node: string): Promise<HttpsAnswers> {
  const kinds = [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs: ['get', 'list'] },
  ];
  const apiVersion = 'metrics.k8s.io/v1beta1';
  const documents: Record<string, unknown> = {
    '/apis/metrics.k8s.io/v1beta1': {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: apiVersion,
      resources: kinds,
    },
    '/apis/metrics.k8s.io/v1beta1/nodes': {
      kind: 'NodeMetricsList',
      apiVersion,
      metadata: {},
      items: [{ metadata: { name: node }, timestamp, window: '10s', usage }],
    },
    '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods': {
      kind: 'PodMetricsList',
      apiVersion,
      metadata: {},
      items: [
        {
          metadata: { name: 'web', namespace: 'default' },
          timestamp,
          window: '10s',
          containers: [{ name: 'web', usage }],
        },
      ],
    },
  };
  return httpsAnswers(tls, ({ url = '' }, response) => {
    const document = documents[url.split('?')[0] ?? ''];
    response.writeHead(document === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(document ?? { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404 }),
    );
  });
}
