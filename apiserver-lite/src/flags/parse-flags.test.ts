import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { apiserverFlags } from './flags-table.ts';
import { parseApiserverFlags } from './parse-flags.ts';

describe('flags of kube-apiserver', () => {
  let folder: string;
  let files: Record<string, string>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apiserver-flags-'));
    files = { 'tls-cert-file': join(folder, 'tls.crt'), 'tls-private-key-file': join(folder, 'tls.key') };
    for (const file of Object.values(files)) await writeFile(file, 'PEM');
    await writeFile(join(folder, 'tokens.csv'), 'secret,jane,1');
  });
  after(() => rm(folder, { recursive: true }));

  const parse = (flags: Record<string, string>) =>
    parseApiserverFlags({ ...files, 'etcd-servers': 'https://a:2379,https://b:2379', ...flags });

  test('have defaults', async () => {
    const { apiserver, etcd, verbosity, notes } = await parse({});
    assert.deepEqual(etcd, { endpoints: ['https://a:2379', 'https://b:2379'], overrides: [], tls: {} });
    assert.equal(apiserver.securePort, 6443);
    assert.equal(apiserver.requestTimeoutMs, 60_000);
    assert.equal(apiserver.eventTtlSeconds, 3600);
    assert.deepEqual(apiserver.authorizationModes, ['Node', 'RBAC']);
    assert.equal(apiserver.anonymousAuth, true);
    assert.deepEqual([verbosity, notes], [0, []]);
  });

  test('of service accounts name keys, an issuer and audiences', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = privateKey.export({ type: 'sec1', format: 'pem' }).toString();
    const file = join(folder, 'sa.key');
    await writeFile(file, key);
    const { apiserver, notes } = await parse({
      'service-account-issuer': 'https://one.example.com,https://former.example.com',
      'service-account-signing-key-file': file,
      'api-audiences': 'api',
      'service-account-max-token-expiration': '1h',
    });
    assert.deepEqual(apiserver.serviceAccounts, {
      issuers: ['https://one.example.com', 'https://former.example.com'],
      keyFiles: [key],
      signingKeyFile: key,
      apiAudiences: ['api'],
      maxExpirationSeconds: 3600,
      lookup: true,
      extendExpiration: true,
    });
    assert.deepEqual(notes, []);
    await assert.rejects(
      parse({ 'service-account-signing-key-file': file }),
      /--service-account-issuer must be given/,
    );
    await assert.rejects(
      parse({ 'service-account-issuer': 'a', 'service-account-key-file': join(folder, 'tokens.csv') }),
      /--service-account-key-file cannot be used: there is no key in it/,
    );
  });

  test('are read, with the files that they name', async () => {
    const { apiserver } = await parse({
      'etcd-prefix': 'elsewhere/',
      'anonymous-auth': 'false',
      'runtime-config': 'api/beta=true,batch/v1=false',
      'token-auth-file': join(folder, 'tokens.csv'),
      'authorization-mode': 'AlwaysAllow',
    });
    assert.equal(apiserver.etcdPrefix, '/elsewhere');
    assert.equal(apiserver.anonymousAuth, false);
    assert.deepEqual(apiserver.runtimeConfig, { 'api/beta': true, 'batch/v1': false });
    assert.equal(apiserver.tokens?.('secret')?.name, 'jane');
    assert.deepEqual(apiserver.authorizationModes, ['AlwaysAllow']);
  });

  test('say what they do not do', async () => {
    const { notes, apiserver } = await parse({ 'authorization-mode': 'Node,RBAC', profiling: 'false' });
    assert.equal(notes.length, 1);
    assert.match(notes.join('\n'), /--profiling changes nothing: there are no Go profiles/);
    assert.deepEqual(apiserver.authorizationModes, ['Node', 'RBAC']);
  });

  test('say what is wrong', async () => {
    await assert.rejects(parse({ 'secure-port': 'x' }), {
      message: '--secure-port is "x", but must be a whole number',
    });
    await assert.rejects(parse({ 'request-timeout': 'soon' }), /--request-timeout is "soon"/);
    await assert.rejects(parse({ 'authorization-mode': 'Magic' }), /"Magic", which is not a known mode/);
    await assert.rejects(parse({ 'no-such-flag': '1' }), /--no-such-flag is not a flag/);
    await assert.rejects(
      parse({ 'client-ca-file': join(folder, 'missing') }),
      /--client-ca-file cannot be read/,
    );
    await assert.rejects(
      parse({ 'service-cluster-ip-range': 'x' }),
      /--service-cluster-ip-range cannot be used/,
    );
    await assert.rejects(
      parse({ 'service-node-port-range': 'x' }),
      /--service-node-port-range cannot be used/,
    );
    await assert.rejects(
      parse({ 'token-auth-file': files['tls-cert-file'] ?? '' }),
      /--token-auth-file cannot be used: token file, line 1/,
    );
    await assert.rejects(parse({ 'etcd-servers': '' }), /--etcd-servers must name at least one URL/);
    await assert.rejects(
      parseApiserverFlags({ 'etcd-servers': 'http://a:1', 'tls-cert-file': 'x' }),
      /--tls-cert-file cannot be read/,
    );
    await assert.rejects(
      parse({ 'tls-min-version': 'VersionTLS10' }),
      /must be VersionTLS12 or VersionTLS13/,
    );
    await assert.rejects(parse({ 'tls-cipher-suites': 'foo' }), {
      message: "--tls-cipher-suites has foo: Cipher suite not supported or doesn't exist",
    });
    await assert.rejects(parse({ 'tls-curve-preferences': '1' }), /has 1, which is not supported/);
    await assert.rejects(parse({ 'storage-backend': 'etcd2' }), /--storage-backend is "etcd2"/);
    await assert.rejects(
      parse({ 'audit-log-maxage': 'x' }),
      /--audit-log-maxage is "x", but must be a whole/,
    );
  });

  test('that promise what is not there yet are refused in one line, unless they ask for nothing', async () => {
    await assert.rejects(
      parse({ 'tracing-config-file': 't', 'debug-socket-path': 'p', 'goaway-chance': '0.1' }),
      {
        name: 'ApiserverFlagError',
        message:
          '--tracing-config-file refused: there are no traces yet; ' +
          '--debug-socket-path refused: there are no Go profiles; ' +
          '--goaway-chance refused: connections are not closed or slowed down by the server yet',
      },
    );
    await assert.rejects(
      parse({ 'encryption-provider-config-automatic-reload': 'true' }),
      /--encryption-provider-config-automatic-reload must be set with --encryption-provider-config/,
    );
    await assert.rejects(parse({ 'allow-privileged': 'false' }), /--allow-privileged refused/);
    const { notes } = await parse({
      'allow-privileged': 'true',
      'audit-log-maxage': '366',
      'encryption-provider-config': '',
      'enable-bootstrap-token-auth': 'F',
      'shutdown-delay-duration': '0s',
      'emulated-version': 'kube=1.36',
    });
    assert.deepEqual(notes, []);
  });

  test('of a webhook for tokens name its kubeconfig', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'pg8s-token-flags-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = join(folder, 'webhook.yaml');
    await writeFile(
      file,
      'clusters: [{name: c, cluster: {server: "https://hook/"}}]\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n',
    );
    assert.equal((await parse({})).apiserver.webhookTokens, undefined);
    const { apiserver } = await parse({ 'authentication-token-webhook-config-file': file });
    assert.deepEqual(apiserver.webhookTokens, {
      kubeconfig: { destination: { url: new URL('https://hook/'), tls: {} }, headers: {} },
      version: 'v1beta1',
      cacheTtlMs: 120_000,
    });
    await assert.rejects(parse({ 'authentication-token-webhook-version': 'v2' }), /webhook-version/);
  });

  test('of bootstrap tokens are off by default', async () => {
    assert.equal((await parse({})).apiserver.bootstrapTokens, false);
    const { apiserver } = await parse({ 'enable-bootstrap-token-auth': 'true' });
    assert.equal(apiserver.bootstrapTokens, true);
  });

  test('of auditing name a policy, a log and a webhook', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'pg8s-audit-flags-'));
    t.after(() => rm(folder, { recursive: true }));
    const file = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    const policy = await file(
      'policy.yaml',
      'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{ level: Metadata, also: 1 }]',
    );
    const kubeconfig = await file(
      'kubeconfig',
      '{ clusters: [{ name: c, cluster: { server: "http://h/x" } }], contexts: [{ name: x, context: { cluster: c } }], current-context: x }',
    );
    const audited = { 'audit-policy-file': policy, 'audit-log-path': '/var/log/audit.log' };
    const { apiserver, notes } = await parse({ ...audited, 'audit-webhook-config-file': kubeconfig });
    assert.deepEqual(
      apiserver.audit?.policy.rules.map(({ level }) => level),
      ['Metadata'],
    );
    assert.deepEqual(notes, ['--audit-policy-file has an unknown field: rules[0].also']);
    const { log, webhook } = apiserver.audit ?? {};
    assert.deepEqual(log, {
      path: '/var/log/audit.log',
      format: 'json',
      mode: 'blocking',
      maxAgeDays: 366,
      maxBackups: 100,
      maxSizeMiB: 100,
      compress: false,
      batch: { bufferSize: 10_000, maxSize: 1, maxWaitMs: 0, concurrent: false },
    });
    assert.equal(webhook?.kubeconfig.destination.url.href, 'http://h/x');
    assert.deepEqual(
      [webhook?.mode, webhook?.batch],
      [
        'batch',
        {
          bufferSize: 10_000,
          maxSize: 400,
          maxWaitMs: 30_000,
          throttle: { qps: 10, burst: 15 },
          concurrent: true,
        },
      ],
    );
    assert.equal((await parse({ 'audit-log-path': '-' })).apiserver.audit, undefined, 'without a policy');
    const wrong: [Record<string, string>, RegExp][] = [
      [
        { ...audited, 'audit-log-mode': 'never' },
        /--audit-log-mode is "never", but must be one of batch, blocking/,
      ],
      [{ ...audited, 'audit-log-mode': 'batch', 'audit-log-batch-max-size': '0' }, /must be greater than 0/],
      [{ ...audited, 'audit-log-format': 'xml' }, /must be one of json, legacy/],
      [
        { ...audited, 'audit-log-truncate-max-batch-size': '5' },
        /must not be less than --audit-log-truncate-max-event-size/,
      ],
      [
        { ...audited, 'audit-policy-file': kubeconfig },
        /--audit-policy-file cannot be used: loading audit policy file: failed decoding/,
      ],
      [
        { ...audited, 'audit-webhook-config-file': policy },
        /initializing audit webhook: there is no current-context/,
      ],
    ];
    for (const [flags, message] of wrong) await assert.rejects(parse(flags), message);
  });

  test('of admission name plugins of kube-apiserver', async () => {
    const { apiserver } = await parse({
      'enable-admission-plugins': 'NamespaceLifecycle',
      'disable-admission-plugins': 'ServiceAccount,Priority',
    });
    assert.deepEqual(apiserver.admissionPlugins, {
      enabled: ['NamespaceLifecycle'],
      disabled: ['ServiceAccount', 'Priority'],
    });
    await assert.rejects(
      parse({ 'enable-admission-plugins': 'ImagePolicyWebhook' }),
      /--enable-admission-plugins refused: pg8s does not have ImagePolicyWebhook/,
    );
    await assert.rejects(parse({ 'disable-admission-plugins': 'Foo' }), {
      message: '--disable-admission-plugins plugin "Foo" is unknown',
    });
    await assert.rejects(
      parse({
        'enable-admission-plugins': 'NamespaceLifecycle',
        'disable-admission-plugins': 'NamespaceLifecycle',
      }),
      /NamespaceLifecycle is in both/,
    );
  });

  test('of admission name a file with the configurations of plugins', async () => {
    const write = async (name: string, content: object) => {
      const file = join(folder, name);
      await writeFile(file, JSON.stringify(content));
      return { 'admission-control-config-file': file };
    };
    const type = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AdmissionConfiguration' };
    await write('beside.yaml', { kubeConfigFile: '/k' });
    const flags = await write('admission.yaml', {
      ...type,
      plugins: [
        { name: 'MutatingAdmissionWebhook', path: 'beside.yaml' },
        { name: 'PodSecurity', configuration: { kind: 'PodSecurityConfiguration' } },
      ],
    });
    const { apiserver } = await parse(flags);
    assert.deepEqual(apiserver.admissionConfiguration, {
      MutatingAdmissionWebhook: { kubeConfigFile: '/k' },
      PodSecurity: { kind: 'PodSecurityConfiguration' },
    });
    assert.equal((await parse({})).apiserver.admissionConfiguration, undefined);
    await assert.rejects(
      parse(await write('unknown.yaml', { ...type, plugins: [{ name: 'Foo' }] })),
      /--admission-control-config-file plugin "Foo" is unknown/,
    );
    await assert.rejects(
      parse(await write('other.yaml', { ...type, kind: 'Other' })),
      /no kind "Other" is registered for version "apiserver.config.k8s.io\/v1"/,
    );
  });

  test('of features take the defaults of Kubernetes', async () => {
    await parse({ 'feature-gates': 'SidecarContainers=true,kube:AllAlpha=false' });
    for (const [gates, message] of [
      ['Foo=true', 'unrecognized feature gate: Foo'],
      ['wardle:X=true', 'component not registered: wardle'],
      ['APIResponseCompression', 'missing bool value for APIResponseCompression'],
      [
        'APIResponseCompression=x',
        'invalid value of APIResponseCompression=x, err: strconv.ParseBool: parsing "x": invalid syntax',
      ],
      [
        'SidecarContainers=false',
        'cannot set feature gate SidecarContainers to false: pg8s has the features of Kubernetes 1.36 as they are by default',
      ],
    ] as const) {
      await assert.rejects(parse({ 'feature-gates': gates }), { message: `--feature-gates ${message}` });
    }
  });

  test('name other etcds for some resources', async () => {
    const { etcd } = await parse({
      'etcd-servers-overrides': '/events#http://a:1;http://b:2,apps/deployments#https://c:3',
    });
    assert.deepEqual(etcd.overrides, [
      { storageKeyPrefix: 'events', endpoints: ['http://a:1', 'http://b:2'] },
      { storageKeyPrefix: 'deployments', endpoints: ['https://c:3'] },
    ]);
    const format =
      'invalid, must be of format: group/resource#servers, where servers are URLs, semicolon separated';
    for (const [value, message] of [
      ['/events', format],
      ['events#http://a:1', format],
      ['/events#', format],
      ['/events#a:1', 'has "a:1", which is not an http or https URL'],
      ['apps/nothing#http://a:1', 'has "apps/nothing", which is not a stored resource'],
    ] as const) {
      await assert.rejects(parse({ 'etcd-servers-overrides': value }), {
        message: `--etcd-servers-overrides ${message}`,
      });
    }
  });

  test('find the serving certificate in --cert-dir, or have it made there', async () => {
    const made = join(folder, 'new', 'certs');
    const requests: (readonly string[])[] = [];
    const parseWith = (flags: Record<string, string>) =>
      parseApiserverFlags(
        { 'etcd-servers': 'http://a:1', ...flags },
        {
          async makeCertificate({ certFile, keyFile, hosts }) {
            requests.push(hosts);
            await writeFile(certFile, 'made cert');
            await writeFile(keyFile, 'made key');
          },
        },
      );
    const first = await parseWith({ 'cert-dir': made, 'advertise-address': '192.0.2.1' });
    assert.equal(first.apiserver.tls.cert.toString(), 'made cert');
    assert.deepEqual(requests, [['192.0.2.1', '127.0.0.1', '10.96.0.1']]);
    const second = await parseWith({ 'cert-dir': made });
    assert.equal(second.apiserver.tls.key.toString(), 'made key');
    assert.equal(requests.length, 1);
    await assert.rejects(
      parseWith({ 'cert-dir': join(folder, 'tokens.csv') }),
      /--cert-dir cannot be used for a serving certificate: /,
    );
  });

  test('limit TLS', async () => {
    const { apiserver } = await parse({
      'tls-min-version': 'VersionTLS13',
      'tls-cipher-suites': 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305',
      'tls-curve-preferences': '29,23',
    });
    const { minVersion, ciphers, ecdhCurve } = apiserver.tls;
    assert.equal(minVersion, 'TLSv1.3');
    assert.match(ciphers ?? '', /^TLS_AES_.*:TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:.*_POLY1305_SHA256$/);
    assert.equal(ecdhCurve, 'X25519:P-256');
  });

  test('have one meaning each', () => {
    const names = apiserverFlags.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
});
