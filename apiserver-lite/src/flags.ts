import { readFile } from 'node:fs/promises';
import type { ApiserverOptions, AuthorizationMode } from './apiserver.ts';
import { parseTokenFile } from './filters/authentication/token-file.ts';
import { ignoredFlags } from './ignored-flags.ts';
import type { IgnoredFlag } from './ignored-flags.ts';
import { parseServiceRanges } from './registry/core/service/ip-range.ts';
import { parsePortRange } from './registry/core/service/node-port-allocator.ts';
import { parseGoDuration } from './server/go-duration.ts';
import { readSigningKey, readVerifyingKeys } from './service-account/token-keys.ts';
import type { ServiceAccountOptions } from './service-account/token-options.ts';

/** One of kube-apiserver's flags, with its own name. */
export interface ApiserverFlag {
  /** Without the dashes. */
  readonly name: string;
  readonly description: string;
  /** As it would be written on the command line; shown in the help. */
  readonly defaultValue: string;
  /** `--flag` alone means true. */
  readonly isBoolean: boolean;
  /** Accepted, so that a program that starts kube-apiserver can start us instead. */
  readonly isIgnored: boolean;
  /** A list: given several times, the values add up. */
  readonly isRepeatable?: boolean;
}

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

/** A flag that is missing or cannot be used. */
export class ApiserverFlagError extends Error {
  override readonly name = 'ApiserverFlagError';
  readonly flag: string;

  constructor(flag: string, problem: string) {
    super(`--${flag} ${problem}`);
    this.flag = flag;
  }
}

const flag = (name: string, defaultValue: string, description: string): ApiserverFlag => ({
  name,
  description,
  defaultValue,
  isBoolean: defaultValue === 'true' || defaultValue === 'false',
  isIgnored: false,
});

/** A flag whose value is a list, separated by commas or given one by one. */
const list = (name: string, defaultValue: string, description: string): ApiserverFlag => ({
  ...flag(name, defaultValue, description),
  isRepeatable: true,
});

const protobuf = 'application/vnd.kubernetes.protobuf';

const servedFlags: readonly ApiserverFlag[] = [
  list('etcd-servers', '', 'URLs of etcd, separated by commas.'),
  flag('etcd-cafile', '', 'Certificate authority of the etcd servers.'),
  flag('etcd-certfile', '', 'Client certificate for etcd.'),
  flag('etcd-keyfile', '', 'Private key of that certificate.'),
  flag('etcd-prefix', '/registry', 'Where objects are kept in etcd.'),
  flag('storage-media-type', protobuf, 'Form of stored objects: protobuf or application/json.'),
  flag('secure-port', '6443', 'Port to serve HTTPS on; 0: any free port.'),
  flag('bind-address', '127.0.0.1', 'Address to serve on.'),
  flag('advertise-address', '', 'IP at which others reach the server. Default: the bind address.'),
  flag('tls-cert-file', '', 'Serving certificate, with its intermediates.'),
  flag('tls-private-key-file', '', 'Private key of that certificate.'),
  flag(
    'client-ca-file',
    '',
    'Certificate authority of client certificates: CN is the user, O are the groups.',
  ),
  flag('token-auth-file', '', 'CSV file of tokens: token,user,uid,"group1,group2".'),
  list(
    'service-account-issuer',
    '',
    'Who issues tokens of service accounts; others after it, separated by commas, are believed too.',
  ),
  list('service-account-key-file', '', 'Keys that check such tokens: PEM files, separated by commas.'),
  flag('service-account-signing-key-file', '', 'Private key that signs new ones.'),
  flag('service-account-jwks-uri', '', 'Where others find the keys. Default: on this server.'),
  flag('service-account-lookup', 'true', 'Whether a token is refused once its account is gone.'),
  flag('service-account-max-token-expiration', '0s', 'Longest life of a new token; 0: no limit.'),
  flag(
    'service-account-extend-token-expiration',
    'true',
    'Whether the tokens of Pods live longer than they say.',
  ),
  list(
    'api-audiences',
    '',
    'Whom a token may be for to be good here, separated by commas. Default: the issuers.',
  ),
  flag('anonymous-auth', 'true', 'Take requests without credentials as system:anonymous.'),
  list('authorization-mode', 'RBAC', 'Who is asked, in order: RBAC, AlwaysAllow, AlwaysDeny.'),
  flag('max-requests-inflight', '400', 'Most reading requests under way; 0: no limit.'),
  flag('max-mutating-requests-inflight', '200', 'Most writing requests under way; 0: no limit.'),
  flag('request-timeout', '1m0s', 'How long a request may take.'),
  flag('min-request-timeout', '1800', 'Seconds that a watch stands at least, where it names no timeout.'),
  flag(
    'service-cluster-ip-range',
    '10.96.0.0/12',
    'Addresses of Services; with a second range of the other IP family, after a comma, they may have two.',
  ),
  flag('service-node-port-range', '30000-32767', 'Ports of Services on nodes.'),
  flag('delete-collection-workers', '16', 'How many objects of a collection are deleted at a time.'),
  flag('event-ttl', '1h0m0s', 'How long events are kept.'),
  list('runtime-config', '', 'Versions to serve or not: api/beta=true,batch/v1=false.'),
  flag('shutdown-timeout', '5s', 'How long requests under way may take when the server stops.'),
  flag('v', '0', 'Log verbosity; 3: every request.'),
];

const ignoredFlag = ({ name, isBoolean, about }: IgnoredFlag): ApiserverFlag => ({
  name,
  description: `Accepted and ignored: ${about}.`,
  defaultValue: '',
  isBoolean,
  isIgnored: true,
});

/** Every flag, for the help and for parsing. */
export const apiserverFlags: readonly ApiserverFlag[] = [
  ...servedFlags,
  ...ignoredFlags.map((ignored) => ignoredFlag(ignored)),
];

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

class FlagReader {
  readonly text: (name: string) => string;

  constructor(text: (name: string) => string) {
    this.text = text;
  }

  integer(name: string): number {
    const value = this.text(name);
    if (!/^\d+$/.test(value)) throw new ApiserverFlagError(name, `is "${value}", but must be a whole number`);
    return Number(value);
  }

  positive(name: string): number {
    const value = this.integer(name);
    if (value === 0) throw new ApiserverFlagError(name, 'must be greater than 0');
    return value;
  }

  list(name: string): string[] {
    return this.text(name)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  boolean(name: string): boolean {
    const value = this.text(name).toLowerCase();
    if (['true', 't', '1', ''].includes(value)) return true;
    if (['false', 'f', '0'].includes(value)) return false;
    throw new ApiserverFlagError(name, `is "${value}", but must be true or false`);
  }

  durationMs(name: string): number {
    const value = parseGoDuration(this.text(name));
    if (value === undefined || value < 0) {
      throw new ApiserverFlagError(
        name,
        `is "${this.text(name)}", but must be a duration such as 30s or 1h30m`,
      );
    }
    return value;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.text(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      throw new ApiserverFlagError(name, `is "${value}", but must be one of ${choices.join(', ')}`);
    }
    return found;
  }

  async file(name: string): Promise<Buffer | undefined> {
    const path = this.text(name);
    return path === '' ? undefined : this.fileAt(name, path);
  }

  /** One of the files that the flag names. */
  async fileAt(name: string, path: string): Promise<Buffer> {
    try {
      return await readFile(path);
    } catch (error) {
      throw new ApiserverFlagError(name, `cannot be read: ${(error as Error).message}`);
    }
  }

  async requiredFile(name: string): Promise<Buffer> {
    const contents = await this.file(name);
    if (contents === undefined) throw new ApiserverFlagError(name, 'must be given');
    return contents;
  }
}
