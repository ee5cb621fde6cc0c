import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import type { StaticPod } from '@pg8s/controllers/kubelet/static-pods/static-pod';
import type { FlagValues } from './part-settings.ts';
import type { KeyPair } from './pki/authority.ts';
import type { ClusterPki } from './pki/cluster-pki.ts';

/** What runs in this process, as it was started. */
export interface RunningParts {
  pki: ClusterPki;
  dataDir: string;
  kubeconfigFile: string;
  /** A URL without secrets; undefined for the embedded database. */
  postgresUrl: string | undefined;
  etcdEndpoints: readonly string[];
  /** `https://127.0.0.1:6443` */
  server: string;
  flags: Readonly<Record<'etcd' | 'apiserver' | 'controllerManager' | 'scheduler', FlagValues>>;
  /** What keeps a part from working; undefined: nothing. */
  problemOf(part: 'controller-manager' | 'scheduler'): string | undefined;
}

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const image = `pg8s:${manifest.version}`;
const probeTimeoutMs = 5_000;

/**
 * The parts of a control plane that runs in this process, as kubeadm has its static Pods. The command of each
 * is the one that would run it alone in its place; there are no images.
 */
export function controlPlanePods(parts: RunningParts): StaticPod[] {
  return [etcd(parts), apiserver(parts), controllerManager(parts), scheduler(parts)];
}

function etcd({ pki, dataDir, postgresUrl, etcdEndpoints, flags }: RunningParts): StaticPod {
  const [endpoint = ''] = etcdEndpoints;
  const { certFile, keyFile } = pki.etcdClient;
  const probe = {
    exec: {
      command: [
        'etcdctl',
        `--endpoints=${endpoint}`,
        `--cacert=${pki.etcdCa.certFile}`,
        `--cert=${certFile}`,
        `--key=${keyFile}`,
        'endpoint',
        'health',
      ],
    },
  };
  return {
    name: 'etcd',
    image,
    command: [
      'pg8s',
      'etcd',
      ...(postgresUrl === undefined ? [`--data-dir=${dataDir}`] : [`--postgres-url=${postgresUrl}`]),
      ...written({ ...flags.etcd, 'listen-client-urls': etcdEndpoints.join(',') }),
    ],
    requests: { cpu: '100m', memory: '100Mi' },
    folders: {
      'etcd-certs': dirname(pki.etcdCa.certFile),
      ...(postgresUrl === undefined ? { 'etcd-data': join(dataDir, 'postgres') } : {}),
    },
    probes: { livenessProbe: { ...probe, ...liveness }, readinessProbe: { ...probe, ...readiness } },
    problem: () => ask(`${endpoint}/readyz`, pki.etcdCa.cert, pki.etcdClient),
  };
}

function apiserver({ pki, server, etcdEndpoints, flags }: RunningParts): StaticPod {
  const { hostname, port } = new URL(server);
  const containerPort = Number(port || 443);
  const probe = (path: string) => ({
    httpGet: { host: hostname.replace(/^\[|\]$/g, ''), path, port: 'probe-port', scheme: 'HTTPS' },
  });
  return {
    name: 'kube-apiserver',
    image,
    command: [
      'pg8s',
      'apiserver',
      `--etcd-servers=${etcdEndpoints.join(',')}`,
      `--etcd-cafile=${pki.etcdCa.certFile}`,
      `--etcd-certfile=${pki.etcdApiserver.certFile}`,
      `--etcd-keyfile=${pki.etcdApiserver.keyFile}`,
      ...written({ ...flags.apiserver, 'secure-port': String(containerPort) }),
    ],
    requests: { cpu: '250m' },
    folders: { 'k8s-certs': dirname(pki.ca.certFile) },
    ports: [{ name: 'probe-port', containerPort, protocol: 'TCP' }],
    probes: {
      livenessProbe: { ...probe('/livez'), ...liveness },
      readinessProbe: { ...probe('/readyz'), ...readiness },
    },
    problem: () => ask(`${server}/readyz`, pki.ca.cert, pki.admin),
  };
}

function controllerManager({ kubeconfigFile, flags, problemOf }: RunningParts): StaticPod {
  return {
    name: 'kube-controller-manager',
    image,
    command: [
      'pg8s',
      'controllers',
      `--kubeconfig=${kubeconfigFile}`,
      '--no-scheduler',
      ...written(flags.controllerManager),
    ],
    requests: { cpu: '200m' },
    folders: { kubeconfig: dirname(kubeconfigFile) },
    problem: () => Promise.resolve(problemOf('controller-manager')),
  };
}

function scheduler({ kubeconfigFile, flags, problemOf }: RunningParts): StaticPod {
  return {
    name: 'kube-scheduler',
    image,
    command: ['pg8s', 'scheduler', `--kubeconfig=${kubeconfigFile}`, ...written(flags.scheduler)],
    requests: { cpu: '100m' },
    folders: { kubeconfig: dirname(kubeconfigFile) },
    problem: () => Promise.resolve(problemOf('scheduler')),
  };
}

/** kubeadm's. */
const liveness = { initialDelaySeconds: 10, timeoutSeconds: 15, failureThreshold: 8, periodSeconds: 10 };
const readiness = { timeoutSeconds: 15, failureThreshold: 3, periodSeconds: 10 };

function written(flags: FlagValues): string[] {
  return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
}

/** Asks a health endpoint; resolves to what is wrong, in a line. */
function ask(url: string, ca: string, { cert, key }: KeyPair): Promise<string | undefined> {
  return new Promise((resolve) => {
    // A connection of its own: a kept one would say nothing about new ones, and hold the server up when it
    // stops.
    const sent = request(url, { ca, cert, key, agent: false, timeout: probeTimeoutMs }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode === 200 ? undefined : `HTTP probe failed with statuscode: ${statusCode}`);
    });
    sent.on('timeout', () => sent.destroy(new Error('context deadline exceeded')));
    sent.on('error', (error) => resolve(error.message));
    sent.end();
  });
}
