import type { ApiserverOptions, AuthorizationMode } from '../apiserver.ts';
import { parseTokenFile } from '../filters/authentication/token-file.ts';
import { parseServiceRanges } from '../registry/core/service/ip-range.ts';
import { parsePortRange } from '../registry/core/service/node-port-allocator.ts';
import { readSigningKey, readVerifyingKeys } from '../service-account/token-keys.ts';
import type { ServiceAccountOptions } from '../service-account/token-options.ts';
import { ApiserverFlagError } from './flag.ts';
import { FlagReader } from './flag-reader.ts';
import { apiserverFlags, protobuf } from './flags-table.ts';

/** Which etcd to keep objects in. */
export interface EtcdFlagOptions {
  readonly endpoints: readonly string[];
  readonly tls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
}

/** What the flags say. */
export interface ApiserverFlagOptions {
  readonly apiserver: Omit<ApiserverOptions, 'etcd' | 'log'>;
  readonly etcd: EtcdFlagOptions;
  /** `-v`: 0 to 10; from 3 on every request is logged. */
  readonly verbosity: number;
  /** What was given and means nothing here: to be noted in the log, once. */
  readonly notes: readonly string[];
}

/**
 * Turns flags (without their dashes; only those given) into options, and reads the files that they name.
 *
 * @throws ApiserverFlagError naming the flag and what is wrong with it.
 */
export async function parseApiserverFlags(
  flags: Readonly<Record<string, string | undefined>>,
): Promise<ApiserverFlagOptions> {
  const known = new Map(apiserverFlags.map((known) => [known.name, known]));
  const notes: string[] = [];
  for (const name of Object.keys(flags)) {
    const found = known.get(name);
    if (found === undefined) throw new ApiserverFlagError(name, 'is not a flag of kube-apiserver');
    if (found.isIgnored) notes.push(`--${name}: ${found.description}`);
  }
  // kube-apiserver takes `-v=3`, of which a short flag elsewhere leaves `=3`.
  const given = (name: string): string | undefined =>
    name === 'v' ? flags[name]?.replace(/^=/, '') : flags[name];
  const text = (name: string): string => given(name) ?? known.get(name)?.defaultValue ?? '';
  const reader = new FlagReader(text);
  const modes = authorizationModes(text('authorization-mode'), notes);
  const clientCa = await reader.file('client-ca-file');
  const tokens = await reader.file('token-auth-file');
  const accounts = await serviceAccountOptions(reader);
  const cert = await reader.requiredFile('tls-cert-file');
  const key = await reader.requiredFile('tls-private-key-file');
  const serviceClusterIpRange = text('service-cluster-ip-range');
  checked('service-cluster-ip-range', () => parseServiceRanges(serviceClusterIpRange));
  const serviceNodePortRange = text('service-node-port-range');
  checked('service-node-port-range', () => parsePortRange(serviceNodePortRange));
  return {
    etcd: await etcdOptions(reader),
    apiserver: {
      bindAddress: text('bind-address'),
      ...(text('advertise-address') === '' ? {} : { advertiseAddress: text('advertise-address') }),
      securePort: reader.integer('secure-port'),
      tls: { cert, key },
      ...(clientCa === undefined ? {} : { clientCa }),
      ...(tokens === undefined
        ? {}
        : { tokens: checked('token-auth-file', () => parseTokenFile(tokens.toString())) }),
      ...(accounts === undefined ? {} : { serviceAccounts: accounts }),
      anonymousAuth: reader.boolean('anonymous-auth'),
      authorizationModes: modes,
      maxRequestsInflight: reader.integer('max-requests-inflight'),
      maxMutatingRequestsInflight: reader.integer('max-mutating-requests-inflight'),
      requestTimeoutMs: reader.durationMs('request-timeout'),
      minRequestTimeoutSeconds: reader.integer('min-request-timeout'),
      etcdPrefix: `/${text('etcd-prefix').replace(/^\/|\/$/g, '')}`,
      storageMediaType: reader.oneOf('storage-media-type', [protobuf, 'application/json']),
      serviceClusterIpRange,
      serviceNodePortRange,
      eventTtlSeconds: reader.durationMs('event-ttl') / 1000,
      deleteCollectionWorkers: reader.positive('delete-collection-workers'),
      runtimeConfig: runtimeConfig(text('runtime-config')),
      drainTimeoutMs: reader.durationMs('shutdown-timeout'),
    },
    verbosity: reader.integer('v'),
    notes,
  };
}

/** What `parse` makes of the flag; what it throws becomes the flag's error. */
function checked<Value>(name: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw new ApiserverFlagError(
      name,
      `cannot be used: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

async function etcdOptions(reader: FlagReader): Promise<EtcdFlagOptions> {
  const endpoints = reader.list('etcd-servers');
  if (endpoints.length === 0) throw new ApiserverFlagError('etcd-servers', 'must name at least one URL');
  const ca = await reader.file('etcd-cafile');
  const cert = await reader.file('etcd-certfile');
  const key = await reader.file('etcd-keyfile');
  return {
    endpoints,
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  };
}

async function serviceAccountOptions(reader: FlagReader): Promise<ServiceAccountOptions | undefined> {
  const issuers = reader.list('service-account-issuer');
  const signingKey = await reader.file('service-account-signing-key-file');
  const names = reader.list('service-account-key-file');
  if (issuers.length === 0) {
    if (signingKey === undefined && names.length === 0) return undefined;
    throw new ApiserverFlagError('service-account-issuer', 'must be given with keys for tokens');
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
  if (keyFiles.length === 0) throw new ApiserverFlagError('service-account-key-file', 'must be given');
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

function authorizationModes(text: string, notes: string[]): AuthorizationMode[] {
  const modes: AuthorizationMode[] = [];
  for (const mode of text.split(',').map((name) => name.trim())) {
    if (mode === 'Node') {
      notes.push(
        '--authorization-mode: Node is not there yet; the group system:nodes has the role system:node',
      );
    } else if (mode === 'RBAC' || mode === 'AlwaysAllow' || mode === 'AlwaysDeny') {
      modes.push(mode);
    } else {
      throw new ApiserverFlagError('authorization-mode', `has "${mode}", which is not a known mode`);
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
      throw new ApiserverFlagError('runtime-config', `has "${entry}", which must end in =true or =false`);
    }
    config[key] = value === 'true';
  }
  return config;
}
