import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { KubeConfig } from '@kubernetes/client-node';
import { etcdctlEnv, kubeconfig, shellQuote } from './kubeconfig.ts';

test('client libraries read the kubeconfig', () => {
  const text = kubeconfig({
    server: 'https://127.0.0.1:6443',
    caCert: 'the ca',
    user: 'kubernetes-admin',
    client: { cert: 'the cert', key: 'the key' },
  });
  const config = new KubeConfig();
  config.loadFromString(text);
  assert.equal(config.getCurrentCluster()?.server, 'https://127.0.0.1:6443');
  assert.equal(Buffer.from(config.getCurrentCluster()?.caData ?? '', 'base64').toString(), 'the ca');
  assert.equal(config.getCurrentUser()?.name, 'kubernetes-admin');
  assert.equal(Buffer.from(config.getCurrentUser()?.keyData ?? '', 'base64').toString(), 'the key');
});

test('a shell reads etcdctl.env, whatever is in the paths', () => {
  const caFile = "/tmp/it's a $HOME `dir`/ca.crt";
  const script = etcdctlEnv({
    endpoints: ['https://127.0.0.1:2379', 'https://[::1]:2379'],
    caFile,
    certFile: '/c',
    keyFile: '/k',
  });
  const read = execFileSync('sh', ['-c', `${script}printf '%s|%s' "$ETCDCTL_CACERT" "$ETCDCTL_ENDPOINTS"`]);
  assert.equal(read.toString(), `${caFile}|https://127.0.0.1:2379,https://[::1]:2379`);
});

test('plain words need no quotes', () => {
  assert.equal(shellQuote('.pg8s/kubeconfig'), '.pg8s/kubeconfig');
  assert.equal(shellQuote(''), "''");
});
