import { parse } from 'yaml';
import { EtcdFlagError } from './flag-values.ts';
import type { FlagType } from './flag-type.ts';
import { etcdFlags } from './flags-table.ts';

/** Where etcd declares a field, as its errors name it. */
type Section = 'Config' | 'configJSON' | 'securityConfig';

interface FileField {
  readonly type: FlagType;
  readonly section: Section;
}

/** Fields that are texts in the file although they have a type of their own in etcd. */
const texts = new Set([
  'listen-peer-urls',
  'listen-client-urls',
  'listen-client-http-urls',
  'initial-advertise-peer-urls',
  'advertise-client-urls',
  'cors',
  'host-whitelist',
  'feature-gates',
]);

/** Flags that the file has not, or only within an object. */
const flagsAlone =
  /^(cert-file|key-file|trusted-ca-file|client-.*|peer-.*|auto-tls|socket-.*|discovery-(?!srv$|srv-name$|proxy$).*|raft-.*|config-file|.*experimental-snapshot-catchup-entries)$/;

const fields: ReadonlyMap<string, FileField> = new Map([
  ...etcdFlags
    .flatMap(({ name, alias, type }) =>
      [name, ...(alias === undefined ? [] : [alias])].map((one) => [one, type] as const),
    )
    .filter(([name]) => !flagsAlone.test(name))
    .map(
      ([name, type]) =>
        [name, { type, section: texts.has(name) ? 'configJSON' : 'Config' }] as [string, FileField],
    ),
  ['experimental-snapshot-catch-up-entries', { type: 'uint64', section: 'Config' }],
]);

/** What is within `client-transport-security` and `peer-transport-security`, and which flag it stands for. */
const securityFields: Readonly<Record<string, { type: FlagType; client: string; peer: string }>> = {
  'cert-file': { type: 'string', client: 'cert-file', peer: 'peer-cert-file' },
  'key-file': { type: 'string', client: 'key-file', peer: 'peer-key-file' },
  'client-cert-file': { type: 'string', client: 'client-cert-file', peer: 'peer-client-cert-file' },
  'client-key-file': { type: 'string', client: 'client-key-file', peer: 'peer-client-key-file' },
  'client-cert-auth': { type: 'bool', client: 'client-cert-auth', peer: 'peer-client-cert-auth' },
  'trusted-ca-file': { type: 'string', client: 'trusted-ca-file', peer: 'peer-trusted-ca-file' },
  'auto-tls': { type: 'bool', client: 'auto-tls', peer: 'peer-auto-tls' },
  'allowed-cn': { type: '[]string', client: 'client-cert-allowed-cn', peer: 'peer-cert-allowed-cn' },
  'allowed-hostname': {
    type: '[]string',
    client: 'client-cert-allowed-hostname',
    peer: 'peer-cert-allowed-hostname',
  },
  'skip-client-san-verification': {
    type: 'bool',
    client: 'client-skip-client-san-verification',
    peer: 'peer-skip-client-san-verification',
  },
};

/**
 * Reads etcd's configuration file into flags as they would be on the command line. As in etcd, fields that
 * nobody knows are skipped, durations are in nanoseconds, and TLS stands in an object of its own.
 *
 * @throws EtcdFlagError in the words of etcd: the file is no YAML, or a field has a wrong type.
 */
export function readConfigFile(text: string): Record<string, string> {
  let file: unknown;
  try {
    file = parse(text);
  } catch (error) {
    const [line] = (error as Error).message.split('\n');
    throw new EtcdFlagError(undefined, `error converting YAML to JSON: yaml: ${line}`);
  }
  const flags: Record<string, string> = {};
  for (const [name, value] of entries(file, 'value of type embed.configYAML')) {
    const field = fields.get(name);
    if (name === 'client-transport-security' || name === 'peer-transport-security') {
      readSecurity(name, value, flags);
    } else if (name === 'socket-options') {
      for (const [option, isOn] of entries(value, socketOptions)) {
        const type = 'bool';
        const one = flagText(
          type,
          isOn,
          `struct field SocketOpts.Config.socket-options.${option} of type ${type}`,
        );
        if (one !== undefined && (option === 'reuse-port' || option === 'reuse-address')) {
          flags[`socket-${option}`] = one;
        }
      }
    } else if (field !== undefined) {
      const target = `struct field configYAML.${field.section}.${name} of type ${field.type}`;
      const one = flagText(texts.has(name) ? 'string' : field.type, value, target);
      if (one !== undefined) flags[name] = one;
    }
  }
  return flags;
}

const socketOptions = 'struct field configYAML.Config.socket-options of type transport.SocketOpts';

function readSecurity(
  name: 'client-transport-security' | 'peer-transport-security',
  value: unknown,
  flags: Record<string, string>,
): void {
  const target = `struct field configYAML.configJSON.${name} of type embed.securityConfig`;
  for (const [key, one] of entries(value, target)) {
    const field = Object.hasOwn(securityFields, key) ? securityFields[key] : undefined;
    if (field === undefined) continue;
    const inside = `struct field securityConfig.configJSON.${name}.${key} of type ${field.type}`;
    const text = flagText(field.type, one, inside);
    if (text !== undefined) flags[name === 'client-transport-security' ? field.client : field.peer] = text;
  }
}

/** The fields of an object; Go's JSON takes no notice of the case of names. */
function entries(value: unknown, target: string): [name: string, value: unknown][] {
  if (value === null || value === undefined) return [];
  if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, target);
  return Object.entries(value).map(([name, one]) => [name.toLowerCase(), one]);
}

/** As on the command line; undefined for null, which leaves the default. */
function flagText(type: FlagType, value: unknown, target: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (type) {
    case 'string':
      if (typeof value !== 'string') throw mismatch(value, target);
      return value;
    case 'bool':
      if (typeof value !== 'boolean') throw mismatch(value, target);
      return String(value);
    case '[]string':
      if (!Array.isArray(value)) throw mismatch(value, target);
      return value.map((one: unknown) => flagText('string', one, target.replace('[]', '')) ?? '').join(',');
    default:
      if (typeof value !== 'number') throw mismatch(value, target);
      if (!Number.isInteger(value) || !isWithin(type, value)) throw mismatch(value, target, ` ${value}`);
      return type === 'time.Duration' ? `${value}ns` : String(value);
  }
}

function isWithin(type: FlagType, value: number): boolean {
  if (type === 'uint32') return value >= 0 && value <= 0xffffffff;
  return type === 'uint' || type === 'uint64' ? value >= 0 : true;
}

function mismatch(value: unknown, target: string, detail = ''): EtcdFlagError {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value;
  return new EtcdFlagError(
    undefined,
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${kind}${detail} into Go ${target}`,
  );
}
