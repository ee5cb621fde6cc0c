import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { parse } from 'yaml';

/** A named key, decoded. */
export interface EncryptionKey {
  readonly name: string;
  readonly secret: Buffer;
}

/** One way to keep values; `identity`: as they are. */
export type EncryptionProvider =
  | { readonly type: 'identity' }
  | { readonly type: 'aesgcm' | 'aescbc' | 'secretbox'; readonly keys: readonly EncryptionKey[] };

/** How some resources are kept: the first provider writes, all read. */
export interface EncryptedResources {
  /** `secrets`, `deployments.apps`, `*.apps`, `*.` (the core group), `*.*`. */
  readonly resources: readonly string[];
  readonly providers: readonly EncryptionProvider[];
}

type Fields = Record<string, unknown>;

/** A configuration that cannot be used; the message is kube-apiserver's, and has no secret. */
class EncryptionConfigurationError extends Error {
  override readonly name = 'EncryptionConfigurationError';
}

const keySizes = { aesgcm: [16, 24, 32], aescbc: [16, 24, 32], secretbox: [32] } as const;
const providerTypes = ['kms', 'aesgcm', 'aescbc', 'secretbox', 'identity'] as const;

/**
 * Reads `--encryption-provider-config`: an EncryptionConfiguration of `apiserver.config.k8s.io/v1`, YAML or
 * JSON (Kubernetes: `apis/apiserver/validation/validation_encryption.go`). Throws an Error that says what is
 * wrong with it.
 */
export function readEncryptionConfiguration(text: string): EncryptedResources[] {
  let value: unknown;
  try {
    value = parse(text, { maxAliasCount: 100 });
  } catch (error) {
    throw new EncryptionConfigurationError((error as Error).message, { cause: error });
  }
  const fields = objectOf(value, 'the configuration');
  const [kind, version] = [ownValue(fields, 'kind'), ownValue(fields, 'apiVersion')];
  if (kind !== 'EncryptionConfiguration' || version !== 'apiserver.config.k8s.io/v1') {
    throw new EncryptionConfigurationError(
      `no kind ${goQuote(String(kind ?? ''))} is registered for version ${goQuote(String(version ?? ''))}`,
    );
  }
  refuseOthers(fields, ['kind', 'apiVersion', 'resources'], '');
  const problems: string[] = [];
  const entries = listOf(fields, 'resources', 'resources');
  if (entries.length === 0) problems.push('resources: Required value: at least one resources is required');
  const read = entries.map((entry, index) => readEntry(entry, `resources[${index}]`, problems));
  if (problems.length === 0) checkMasks(read, problems);
  if (problems.length > 0) {
    throw new EncryptionConfigurationError(problems.length === 1 ? problems[0] : `[${problems.join(', ')}]`);
  }
  return read;
}

function readEntry(entry: unknown, path: string, problems: string[]): EncryptedResources {
  const fields = objectOf(entry, path);
  refuseOthers(fields, ['resources', 'providers'], `${path}.`);
  const resources = listOf(fields, 'resources', `${path}.resources`).map((each) => {
    if (typeof each !== 'string') throw wrongType(`${path}.resources`, 'a list of strings');
    return each;
  });
  if (resources.length === 0) {
    problems.push(`${path}.resources: Required value: at least one ${path}.resources is required`);
  }
  checkOverlap(resources, `${path}.resources`, problems);
  resources.forEach((resource, index) => checkName(resource, `${path}.resources[${index}]`, problems));
  const providers = listOf(fields, 'providers', `${path}.providers`);
  if (providers.length === 0) {
    problems.push(`${path}.providers: Required value: at least one ${path}.providers is required`);
  }
  return {
    resources,
    providers: providers.flatMap((each, index) =>
      readProvider(each, `${path}.providers[${index}]`, problems),
    ),
  };
}

/** Of the group and the plural name of a resource in a list; the core group is the empty one. */
function partsOf(resource: string): { resource: string; group: string } {
  const dot = resource.indexOf('.');
  return dot < 0
    ? { resource, group: '' }
    : { resource: resource.slice(0, dot), group: resource.slice(dot + 1) };
}

function checkOverlap(resources: readonly string[], path: string, problems: string[]): void {
  const parts = resources.map((each) => partsOf(each));
  const quoted = JSON.stringify(resources);
  const names = parts.map(({ resource, group }) => `${resource}.${group}`);
  if (new Set(names).size < names.length) {
    problems.push(`${path}: Invalid value: ${quoted}: the same resource cannot be specified multiple times`);
  }
  const masks = (a: (typeof parts)[number], b: (typeof parts)[number]): boolean =>
    (a.resource === '*' && a.group === '*') || (a.group === b.group && a.resource === '*');
  const overlap = parts.some((a, i) => parts.some((b, j) => i !== j && names[i] !== names[j] && masks(a, b)));
  if (overlap) {
    problems.push(
      `${path}: Invalid value: ${quoted}: using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked`,
    );
  }
}

const withoutApi = ['apiserveripinfo', 'serviceipallocations', 'servicenodeportallocations'];

function checkName(name: string, path: string, problems: string[]): void {
  const { resource, group } = partsOf(name);
  const problem = /\p{Lu}/u.test(name)
    ? 'resource name should not contain capital letters'
    : name === '*'
      ? "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"
      : withoutApi.includes(name)
        ? 'resources which do not have REST API/s cannot be encrypted'
        : group === 'events.k8s.io'
          ? "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file"
          : group === 'extensions'
            ? "'extensions' group has been removed and cannot be used for encryption"
            : group === '*' && resource !== '*'
              ? 'encrypting the same resource across groups is not supported'
              : undefined;
  if (problem !== undefined) problems.push(`${path}: Invalid value: ${JSON.stringify(name)}: ${problem}`);
}

/** An entry after one for all of its group, or for all, would never be looked at. */
function checkMasks(entries: readonly EncryptedResources[], problems: string[]): void {
  const seen = new Set<string>();
  for (const { resources } of entries) {
    for (const name of resources) {
      const { resource, group } = partsOf(name);
      const mask = [`*.${group}`, '*.*'].find((each) => seen.has(each));
      if (mask !== undefined) {
        problems.push(`resource ${goQuote(name)} is masked by earlier rule ${goQuote(mask)}`);
      }
      seen.add(`${resource}.${group}`);
    }
  }
}

function readProvider(value: unknown, path: string, problems: string[]): EncryptionProvider[] {
  const fields = objectOf(value, path);
  refuseOthers(fields, providerTypes, `${path}.`);
  const given = providerTypes.filter((type) => ownValue(fields, type) !== undefined);
  const [type] = given;
  if (type === undefined) {
    problems.push(
      `${path}: Invalid value: provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity`,
    );
    return [];
  }
  if (given.length > 1) {
    problems.push(
      `${path}: Invalid value: more than one provider specified in a single element, should split into different list elements`,
    );
    return [];
  }
  if (type === 'identity') return [{ type }];
  if (type === 'kms') {
    problems.push(`${path}.kms: refused: pg8s does not ask a KMS yet`);
    return [];
  }
  const own = objectOf(ownValue(fields, type), `${path}.${type}`);
  const keysPath = `${path}.${type}.keys`;
  const keys = listOf(own, 'keys', keysPath);
  if (keys.length === 0) problems.push(`${keysPath}: Required value: at least one keys is required`);
  return [
    { type, keys: keys.flatMap((key, index) => readKey(key, `${keysPath}[${index}]`, { type, problems })) },
  ];
}

function readKey(
  value: unknown,
  path: string,
  { type, problems }: { type: keyof typeof keySizes; problems: string[] },
): EncryptionKey[] {
  const fields = objectOf(value, path);
  const [name, text] = [ownValue(fields, 'name') ?? '', ownValue(fields, 'secret') ?? ''];
  if (typeof name !== 'string') throw wrongType(`${path}.name`, 'a string');
  if (typeof text !== 'string') throw wrongType(`${path}.secret`, 'a string');
  if (name === '') problems.push(`${path}.name: Required value: name is a mandatory field for a key`);
  if (text === '') {
    problems.push(`${path}.secret: Required value: secret is a mandatory field for a key`);
    return [];
  }
  const secret = Buffer.from(text, 'base64');
  if (secret.toString('base64') !== text.replaceAll(/[\r\n]/g, '')) {
    problems.push(`${path}.secret: Invalid value: "REDACTED": secrets must be base64 encoded`);
    return [];
  }
  const sizes: readonly number[] = keySizes[type];
  if (!sizes.includes(secret.byteLength)) {
    problems.push(
      `${path}.secret: Invalid value: "REDACTED": secret is not of the expected length, got ${secret.byteLength}, expected one of [${sizes.join(' ')}]`,
    );
  }
  return [{ name, secret }];
}

function refuseOthers(fields: Fields, known: readonly string[], path: string): void {
  const other = Object.keys(fields).find((field) => !known.includes(field));
  if (other !== undefined) {
    throw new EncryptionConfigurationError(`strict decoding error: unknown field "${path}${other}"`);
  }
}

function objectOf(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrongType(path, 'an object');
}

function listOf(fields: Fields, name: string, path: string): readonly unknown[] {
  const value = ownValue(fields, name) ?? [];
  if (!Array.isArray(value)) throw wrongType(path, 'a list');
  return value;
}

function wrongType(path: string, wanted: string): EncryptionConfigurationError {
  return new EncryptionConfigurationError(`${path} must be ${wanted}`);
}
