import type { KubeletClientOptions } from '../registry/core/pod/kubelet/kubelet-client.ts';
import type { AuthorizationMode, StartOptions } from '../apiserver-options.ts';
import { parseTokenFile } from '../authentication/token-file.ts';
import { addressAt, parseServiceRanges } from '../registry/core/service/allocation/ip-range.ts';
import { parsePortRange } from '../registry/core/service/allocation/node-port-allocator.ts';
import { readSigningKey, readVerifyingKeys } from '../authentication/service-account/token-keys.ts';
import type { ServiceAccountOptions } from '../authentication/service-account/token-options.ts';
import { admissionConfiguration } from './admission-configuration.ts';
import { auditOptions } from './audit-options.ts';
import { selectedPlugins } from './admission-plugins.ts';
import { encryptionOptions } from './encryption-options.ts';
import { type EtcdOverride, parseEtcdOverrides } from './etcd-overrides.ts';
import { flagError } from './flag-error.ts';
import { ApiserverFlagReader } from './flag-reader.ts';
import { webhookTokenOptions } from './webhook-token-options.ts';
import { flagValues } from './flag-values.ts';
import { apiserverFlags, protobuf } from './flags-table.ts';
import { aggregatorOptions, requestHeaderOptions } from './front-proxy-options.ts';
import { type MakeCertificate, tlsOptions } from './serving-options.ts';

/** Which etcd to keep objects in. */
export interface EtcdFlagOptions {
  readonly endpoints: readonly string[];
  /** `--etcd-servers-overrides`. */
  readonly overrides: readonly EtcdOverride[];
  /** For all of them. */
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** What the flags say. */
export interface ApiserverFlagOptions {
  readonly apiserver: Omit<StartOptions, 'etcd' | 'etcdOverrides' | 'log'>;
  readonly etcd: EtcdFlagOptions;
  /** `-v`: 0 to 10; from 3 on every request is logged. */
  readonly verbosity: number;
  readonly logFormat: 'text' | 'json';
  /** What was given and changes nothing: to be noted in the log, once. */
  readonly notes: readonly string[];
}

/** What flags alone cannot tell. */
export interface FlagContext {
  /** Makes the serving certificate of `--cert-dir`; without it the files must be there. */
  readonly makeCertificate?: MakeCertificate;
}

/**
 * Turns flags (without their dashes; only those given) into options, and reads the files that they name.
 *
 * @throws ApiserverFlagError naming the flag and what is wrong with it.
 */
export async function parseApiserverFlags(
  flags: Readonly<Record<string, string | undefined>>,
  { makeCertificate }: FlagContext = {},
): Promise<ApiserverFlagOptions> {
  const reader = new ApiserverFlagReader(flags);
  const text = (name: string): string => reader.text(name);
  const modes = authorizationModes(text('authorization-mode'));
  reader.oneOf('storage-backend', ['', 'etcd3']);
  const clientCa = await reader.file('client-ca-file');
  const requestHeader = await requestHeaderOptions(reader);
  const tokens = await reader.file('token-auth-file');
  const accounts = await serviceAccountOptions(reader);
  const webhookTokens = await webhookTokenOptions(reader);
  const admission = await admissionConfiguration(reader);
  const audit = await auditOptions(reader);
  const encryption = await encryptionOptions(reader);
  const serviceClusterIpRange = text('service-cluster-ip-range');
  const serviceRanges = checked('service-cluster-ip-range', () => parseServiceRanges(serviceClusterIpRange));
  const serviceNodePortRange = text('service-node-port-range');
  checked('service-node-port-range', () => parsePortRange(serviceNodePortRange));
  const hosts = [
    text('advertise-address'),
    text('bind-address'),
    ...serviceRanges.map((range) => addressAt(range, 1)),
  ];
  return {
    etcd: await etcdOptions(reader),
    apiserver: {
      flags: flagValues(apiserverFlags, text),
      bindAddress: text('bind-address'),
      ...(text('advertise-address') === '' ? {} : { advertiseAddress: text('advertise-address') }),
      securePort: reader.integer('secure-port'),
      ...(text('external-hostname') === '' ? {} : { externalHostname: text('external-hostname') }),
      tls: await tlsOptions(reader, hosts, makeCertificate),
      reusePort: reader.boolean('permit-port-sharing'),
      http2: !reader.boolean('disable-http2-serving'),
      ...http2Streams(reader),
      ...(clientCa === undefined ? {} : { clientCa }),
      ...(requestHeader === undefined ? {} : { requestHeader }),
      aggregator: await aggregatorOptions(reader),
      kubelet: await kubeletOptions(reader),
      ...(tokens === undefined
        ? {}
        : { tokens: checked('token-auth-file', () => parseTokenFile(tokens.toString())) }),
      ...(accounts === undefined ? {} : { serviceAccounts: accounts }),
      bootstrapTokens: reader.boolean('enable-bootstrap-token-auth'),
      ...(webhookTokens === undefined ? {} : { webhookTokens }),
      anonymousAuth: reader.boolean('anonymous-auth'),
      authorizationModes: modes,
      priorityAndFairness: reader.boolean('enable-priority-and-fairness'),
      maxRequestsInflight: reader.integer('max-requests-inflight'),
      maxMutatingRequestsInflight: reader.integer('max-mutating-requests-inflight'),
      requestTimeoutMs: reader.durationMs('request-timeout'),
      minRequestTimeoutSeconds: reader.integer('min-request-timeout'),
      etcdPrefix: `/${text('etcd-prefix').replace(/^\/|\/$/g, '')}`,
      storageMediaType: reader.oneOf('storage-media-type', [protobuf, 'application/json']),
      serviceClusterIpRange,
      serviceNodePortRange,
      etcdCompactionIntervalMs: reader.durationMs('etcd-compaction-interval'),
      etcdHealthTimeoutMs: reader.durationMs('etcd-healthcheck-timeout'),
      etcdReadyTimeoutMs: reader.durationMs('etcd-readycheck-timeout'),
      leaseReuseSeconds: reader.integer('lease-reuse-duration-seconds'),
      livezGracePeriodMs: reader.durationMs('livez-grace-period'),
      writesEndpoints: reader.oneOf('endpoint-reconciler-type', ['lease', 'none']) === 'lease',
      admissionPlugins: selectedPlugins(reader),
      ...(admission === undefined ? {} : { admissionConfiguration: admission }),
      ...(audit.audit === undefined ? {} : { audit: audit.audit }),
      ...(encryption === undefined ? {} : { encryption }),
      eventTtlSeconds: reader.durationMs('event-ttl') / 1000,
      deleteCollectionWorkers: reader.positive('delete-collection-workers'),
      defaultTolerations: {
        notReadySeconds: reader.integer('default-not-ready-toleration-seconds'),
        unreachableSeconds: reader.integer('default-unreachable-toleration-seconds'),
      },
      runtimeConfig: runtimeConfig(text('runtime-config')),
      drainTimeoutMs: reader.durationMs('shutdown-timeout'),
    },
    verbosity: reader.integer('v'),
    logFormat: reader.oneOf('logging-format', ['text', 'json']),
    notes: [...reader.notes, ...audit.notes],
  };
}

/** What `parse` makes of the flag; what it throws becomes the flag's error. */
function checked<Value>(name: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw flagError(name, `cannot be used: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const addressTypes = ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP'];

async function kubeletOptions(reader: ApiserverFlagReader): Promise<KubeletClientOptions> {
  const cert = await reader.file('kubelet-client-certificate');
  const key = await reader.file('kubelet-client-key');
  const ca = await reader.file('kubelet-certificate-authority');
  const preferred = reader
    .list('kubelet-preferred-address-types')
    .map((type) => type.replaceAll(/^\[|\]$/g, ''));
  const unknown = preferred.find((type) => !addressTypes.includes(type));
  if (unknown !== undefined) throw flagError('kubelet-preferred-address-types', `has no type ${unknown}`);
  return {
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(ca === undefined ? {} : { ca }),
    preferredAddressTypes: preferred,
    timeoutMs: reader.durationMs('kubelet-timeout'),
  };
}

async function etcdOptions(reader: ApiserverFlagReader): Promise<EtcdFlagOptions> {
  const endpoints = reader.list('etcd-servers');
  if (endpoints.length === 0) throw flagError('etcd-servers', 'must name at least one URL');
  const ca = await reader.file('etcd-cafile');
  const cert = await reader.file('etcd-certfile');
  const key = await reader.file('etcd-keyfile');
  return {
    endpoints,
    overrides: parseEtcdOverrides(reader.list('etcd-servers-overrides')),
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  };
}

async function serviceAccountOptions(
  reader: ApiserverFlagReader,
): Promise<ServiceAccountOptions | undefined> {
  const issuers = reader.list('service-account-issuer');
  const signingKey = await reader.file('service-account-signing-key-file');
  const names = reader.list('service-account-key-file');
  if (issuers.length === 0) {
    if (signingKey === undefined && names.length === 0) return undefined;
    throw flagError('service-account-issuer', 'must be given with keys for tokens');
  }
  const keyFiles: string[] = [];
  for (const name of names) {
    const pem = (await reader.fileAt('service-account-key-file', name)).toString();
    checked('service-account-key-file', () => readVerifyingKeys(pem));
    keyFiles.push(pem);
  }
  if (signingKey !== undefined) {
    checked('service-account-signing-key-file', () => readSigningKey(signingKey.toString()));
    // kube-apiserver checks tokens with the key that signs them, where no other is named.
    if (keyFiles.length === 0) keyFiles.push(signingKey.toString());
  }
  if (keyFiles.length === 0) throw flagError('service-account-key-file', 'must be given');
  const audiences = reader.list('api-audiences');
  const jwksUri = reader.text('service-account-jwks-uri');
  const maxSeconds = reader.durationMs('service-account-max-token-expiration') / 1000;
  return {
    issuers,
    keyFiles,
    ...(signingKey === undefined ? {} : { signingKeyFile: signingKey.toString() }),
    ...(audiences.length === 0 ? {} : { apiAudiences: audiences }),
    ...(jwksUri === '' ? {} : { jwksUri }),
    ...(maxSeconds === 0 ? {} : { maxExpirationSeconds: maxSeconds }),
    lookup: reader.boolean('service-account-lookup'),
    extendExpiration: reader.boolean('service-account-extend-token-expiration'),
  };
}

function authorizationModes(text: string): AuthorizationMode[] {
  const modes: AuthorizationMode[] = [];
  for (const mode of text.split(',').map((name) => name.trim())) {
    if (mode === 'Node' || mode === 'RBAC' || mode === 'AlwaysAllow' || mode === 'AlwaysDeny') {
      modes.push(mode);
    } else {
      throw flagError('authorization-mode', `has "${mode}", which is not a known mode`);
    }
  }
  return modes;
}

/** `api/beta=true,batch/v1` → `{ 'api/beta': true, 'batch/v1': true }` */
function runtimeConfig(text: string): Record<string, boolean> {
  const config: Record<string, boolean> = {};
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const [key = '', value = 'true'] = entry.split('=');
    if (value !== 'true' && value !== 'false') {
      throw flagError('runtime-config', `has "${entry}", which must end in =true or =false`);
    }
    config[key] = value === 'true';
  }
  return config;
}

function http2Streams(reader: ApiserverFlagReader): { http2MaxStreams?: number } {
  const most = reader.integer('http2-max-streams-per-connection');
  return most === 0 ? {} : { http2MaxStreams: most };
}
