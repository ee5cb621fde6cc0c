import { join } from 'node:path';
import { createApiserver } from '@pg8s/apiserver-lite/apiserver';
import { createGrpcClient } from '@pg8s/shim/client/grpc-client';
import type { Shim } from '@pg8s/shim/shim';
import { etcdOverrides } from '../etcd-overrides.ts';
import { kubeconfig } from '../kubeconfig.ts';
import { apiserverSettings, type FlagValues, withNodeRestriction } from '../part-settings.ts';
import type { KeyPair } from '../pki/authority.ts';
import type { ClusterPki } from '../pki/cluster-pki.ts';
import { writePrivate } from '../private-file.ts';
import { runningControllers } from '../running-controllers.ts';
import type { StopStack } from '../stop-stack.ts';
import type { ObservedParts } from './observed-parts.ts';
import { reachableUrl } from './reachable-url.ts';
import { type Setup, withGiven } from './setup.ts';

/** An API server that is built. */
export interface ApiserverStage {
  /** The flags with which `pg8s apiserver` would be the same. */
  readonly flags: FlagValues;
  /** Opens the port and writes the administrator's kubeconfig. */
  listen(): Promise<ListeningApiserver>;
}

/** An API server that clients reach. */
export interface ListeningApiserver {
  /** `https://127.0.0.1:6443` */
  readonly server: string;
  readonly kubeconfigFile: string;
  /** The text of a kubeconfig for a user with that client certificate. */
  kubeconfigOf(user: string, client: KeyPair): string;
}

/** kubeadm's. */
const serviceAccountIssuer = 'https://kubernetes.default.svc.cluster.local';

/** Builds the API server on the etcd server of this process. @throws UsageError for flags */
export async function apiserverStage(
  setup: Setup,
  { pki, shim, observed }: { pki: ClusterPki; shim: Shim; observed: ObservedParts },
  stack: StopStack,
): Promise<ApiserverStage> {
  const own = {
    'bind-address': setup.bindAddress,
    'secure-port': String(setup.securePort),
    'tls-cert-file': pki.apiserver.certFile,
    'tls-private-key-file': pki.apiserver.keyFile,
    'client-ca-file': pki.ca.certFile,
    'kubelet-client-certificate': pki.kubeletClient.certFile,
    'kubelet-client-key': pki.kubeletClient.keyFile,
    'kubelet-certificate-authority': pki.ca.certFile,
    'requestheader-client-ca-file': pki.frontProxyCa.certFile,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-username-headers': 'X-Remote-User',
    'requestheader-uid-headers': 'X-Remote-Uid',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'proxy-client-cert-file': pki.frontProxyClient.certFile,
    'proxy-client-key-file': pki.frontProxyClient.keyFile,
    'service-account-issuer': serviceAccountIssuer,
    'service-account-key-file': pki.serviceAccounts.keyFile,
    'service-account-signing-key-file': pki.serviceAccounts.keyFile,
    'service-cluster-ip-range': setup.serviceRange,
  };
  const { apiserver: options, etcd, notes } = await apiserverSettings(setup.settings, own);
  for (const note of notes) setup.log.warn(note);
  const apiserver = createApiserver({
    ...options,
    etcd: shim.client(),
    ...etcdOverrides(etcd, (endpoints) => {
      const client = createGrpcClient({ endpoints, tls: etcd.tls });
      stack.push('etcd client', () => Promise.resolve(client.close()));
      return client;
    }),
    controllersShareOneIdentity: true,
    actors: runningControllers(setup.settings.controllerManager.enabled),
    componentProbes: {
      'controller-manager': observed.probe('controller-manager'),
      scheduler: observed.probe('scheduler'),
    },
    log: setup.log.child({ part: 'apiserver' }),
  });
  stack.push('apiserver', () => apiserver.close());
  return {
    flags: withNodeRestriction(withGiven(own, setup.given.apiserver)),
    async listen() {
      const { url } = await apiserver.listen(options);
      const server = reachableUrl(url);
      const kubeconfigOf = (user: string, client: KeyPair): string =>
        kubeconfig({ server, caCert: pki.ca.cert, user, client });
      const kubeconfigFile = join(setup.dataDir, 'kubeconfig');
      await writePrivate(kubeconfigFile, kubeconfigOf('kubernetes-admin', pki.admin));
      setup.onUp('apiserver', server);
      return { server, kubeconfigFile, kubeconfigOf };
    },
  };
}
