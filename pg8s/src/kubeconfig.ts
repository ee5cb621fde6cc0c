import { stringify } from 'yaml';
import type { KeyPair } from './pki/authority.ts';

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6443` */
  server: string;
  caCert: string;
  user: string;
  client: KeyPair;
}

const name = 'pg8s';

/**
 * A kubeconfig (YAML) with everything inside it, for kubectl and every client library (Kubernetes:
 * `client.authentication`, `v1.Config`).
 */
export function kubeconfig({ server, caCert, user, client }: KubeconfigOptions): string {
  const base64 = (text: string): string => Buffer.from(text).toString('base64');
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster: { 'certificate-authority-data': base64(caCert), server } }],
      users: [
        {
          name: user,
          user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
        },
      ],
      contexts: [{ name, context: { cluster: name, user } }],
      'current-context': name,
      preferences: {},
    },
    { lineWidth: 0 },
  );
}

export interface EtcdctlEnvOptions {
  endpoints: readonly string[];
  caFile: string;
  certFile: string;
  keyFile: string;
}

/** A shell script that makes etcdctl (3.4 and later) speak to the shim: `. etcdctl.env`. */
export function etcdctlEnv({ endpoints, caFile, certFile, keyFile }: EtcdctlEnvOptions): string {
  const values = {
    ETCDCTL_API: '3',
    ETCDCTL_ENDPOINTS: endpoints.join(','),
    ETCDCTL_CACERT: caFile,
    ETCDCTL_CERT: certFile,
    ETCDCTL_KEY: keyFile,
  };
  return Object.entries(values)
    .map(([variable, value]) => `export ${variable}=${shellQuote(value)}\n`)
    .join('');
}

/** One word of a POSIX shell; left as it is where it needs no quotes. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
