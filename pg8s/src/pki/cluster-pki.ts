import { mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { CertificateRequest } from './authority.ts';
import { type KeyPairFiles, PkiStore, type TokenKeyFiles } from './store.ts';

/** Every key pair of a control plane; the CAs are separate, so that no API client can open etcd, or
 * name another user. */
export interface ClusterPki {
  ca: KeyPairFiles;
  /** The API server's serving certificate. */
  apiserver: KeyPairFiles;
  /** kubectl: user `kubernetes-admin` of group `system:masters`. */
  admin: KeyPairFiles;
  controllerManager: KeyPairFiles;
  scheduler: KeyPairFiles;
  /** The serving certificate of the simulated nodes' own HTTP API. */
  kubelet: KeyPairFiles;
  /** The API server's own, towards kubelets (kubeadm: `apiserver-kubelet-client`). */
  kubeletClient: KeyPairFiles;
  /** Signs the certificates of front proxies; it signs no user's (kubeadm: `front-proxy-ca`). */
  frontProxyCa: KeyPairFiles;
  /** The API server's own, towards servers behind APIServices (kubeadm: `front-proxy-client`). */
  frontProxyClient: KeyPairFiles;
  /** One a simulated node: user `system:node:NAME` of group `system:nodes`. */
  nodes: ReadonlyMap<string, KeyPairFiles>;
  /** Signs and checks the tokens of service accounts. */
  serviceAccounts: TokenKeyFiles;
  etcdCa: KeyPairFiles;
  etcdServer: KeyPairFiles;
  /** The API server's own, towards etcd. */
  etcdApiserver: KeyPairFiles;
  /** For people: etcdctl. */
  etcdClient: KeyPairFiles;
}

export interface ClusterPkiOptions {
  folder: string;
  /** Names and addresses under which clients reach the API server, beyond the usual ones. */
  hosts: readonly string[];
  nodeNames: readonly string[];
  /** First address of the Service range: the `kubernetes` Service. */
  serviceAddress: string;
}

const localHosts = ['localhost', '127.0.0.1', '::1'];

/** Reads, and makes or renews where needed, all keys and certificates (kubeadm: `certs` phase). */
export async function ensureClusterPki(options: ClusterPkiOptions): Promise<ClusterPki> {
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const store = new PkiStore(options.folder);
  try {
    return await ensureIn(store, options);
  } finally {
    await store.close();
  }
}

async function ensureIn(store: PkiStore, options: ClusterPkiOptions): Promise<ClusterPki> {
  const ca = await store.authority('ca', 'kubernetes');
  const etcdCa = await store.authority('etcd/ca', 'etcd-ca');
  const frontProxyCa = await store.authority('front-proxy-ca', 'front-proxy-ca');
  const ownHosts = [...new Set([...localHosts, hostname(), ...options.hosts])];
  const client = (name: string, commonName: string, organizations: string[]): Promise<KeyPairFiles> =>
    store.certificate(name, ca, { commonName, organizations, usages: ['client'] });
  const serving: CertificateRequest = {
    commonName: 'kube-apiserver',
    hosts: [
      'kubernetes',
      'kubernetes.default',
      'kubernetes.default.svc',
      'kubernetes.default.svc.cluster.local',
      ...ownHosts,
      options.serviceAddress,
    ],
    usages: ['server'],
  };
  const [kubelet, kubeletClient, frontProxyClient] = await Promise.all([
    store.certificate('kubelet', ca, {
      commonName: 'system:node:pg8s',
      organizations: ['system:nodes'],
      hosts: localHosts,
      usages: ['server'],
    }),
    client('apiserver-kubelet-client', 'kube-apiserver-kubelet-client', ['system:masters']),
    store.certificate('front-proxy-client', frontProxyCa, {
      commonName: 'front-proxy-client',
      usages: ['client'],
    }),
  ]);
  const [apiserver, admin, controllerManager, scheduler, etcdServer, etcdApiserver, etcdClient, ...nodes] =
    await Promise.all([
      store.certificate('apiserver', ca, serving),
      client('admin', 'kubernetes-admin', ['system:masters']),
      client('controller-manager', 'system:kube-controller-manager', []),
      client('scheduler', 'system:kube-scheduler', []),
      store.certificate('etcd/server', etcdCa, {
        commonName: hostname(),
        hosts: ownHosts,
        usages: ['server', 'client'],
      }),
      store.certificate('apiserver-etcd-client', etcdCa, {
        commonName: 'kube-apiserver-etcd-client',
        usages: ['client'],
      }),
      store.certificate('etcd/client', etcdCa, { commonName: 'root', usages: ['client'] }),
      ...options.nodeNames.map((name) =>
        client(`nodes/${name}`, `system:node:${name}`, ['system:nodes']).then(
          (pair) => [name, pair] as const,
        ),
      ),
    ]);
  return {
    ca,
    apiserver,
    admin,
    controllerManager,
    scheduler,
    kubelet,
    kubeletClient,
    frontProxyCa,
    frontProxyClient,
    nodes: new Map(nodes),
    serviceAccounts: await store.tokenKeys('sa'),
    etcdCa,
    etcdServer,
    etcdApiserver,
    etcdClient,
  };
}
