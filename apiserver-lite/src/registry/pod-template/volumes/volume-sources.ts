import type { V1KeyToPath, V1SecretReference } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../../fields/formats.ts';
import { noBacksteps, unreservedPath } from '../../fields/paths.ts';
import { each, formatted, named, oneOfIfSet } from '../../fields/rules.ts';
import { iscsiRule, quobyteRule } from './block-sources.ts';
import type { Source, SourceRule } from './source-rule.ts';

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** Fields that must not be empty. */
function requires(...names: string[]): SourceRule {
  return (source, field) =>
    names.flatMap((name) => {
      const value = source[name];
      const empty =
        value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
      return empty ? [required(`${field}.${name}`)] : [];
    });
}

/** A reference to a secret that says where it lives, or (in a Pod) only its name. */
function secretRef(names: readonly string[]): SourceRule {
  return ({ secretRef: reference }, field) =>
    typeof reference === 'object' && reference !== null
      ? requires(...names)(reference as Source, `${field}.secretRef`)
      : [];
}

function all(...rules: SourceRule[]): SourceRule {
  return (source, field) => rules.flatMap((rule) => rule(source, field));
}

function inRange(name: string, least: number, most: number, said = least): SourceRule {
  return (source, field) => {
    const value = source[name];
    return typeof value === 'number' && (value < least || value > most)
      ? [invalidValue(`${field}.${name}`, value, `must be between ${said} and ${most}, inclusive`)]
      : [];
  };
}

/** Permissions of files. */
export function validateMode(field: string, mode: unknown): FieldError[] {
  return typeof mode === 'number' && (mode < 0 || mode > 0o777)
    ? [invalidValue(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : [];
}

/** A key that becomes a file. */
export function validateKeyToPath({ key, path = '', mode }: V1KeyToPath, field: string): FieldError[] {
  return [
    ...(key ? [] : [required(`${field}.key`)]),
    ...(path ? [] : [required(`${field}.path`)]),
    ...unreservedPath(path, `${field}.path`),
    ...validateMode(`${field}.mode`, mode),
  ];
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

const hostPath: SourceRule = ({ path, type }, field) =>
  path
    ? [
        ...noBacksteps(text(path), `${field}.path`),
        ...oneOfIfSet(`${field}.type`, type as string, hostPathTypes),
      ]
    : [required(`${field}.path`)];

const nfs: SourceRule = (source, field) => [
  ...requires('server', 'path')(source, field),
  ...(text(source['path']).startsWith('/')
    ? []
    : [invalidValue(`${field}.path`, text(source['path']), 'must be an absolute path')]),
];

const fc: SourceRule = (source, field) => {
  const worldWideNames = (source['targetWWNs'] ?? []) as unknown[];
  const ids = (source['wwids'] ?? []) as unknown[];
  const path = `${field}.targetWWNs`;
  if (worldWideNames.length === 0) {
    return ids.length > 0 ? [] : [required(path, 'must specify either targetWWNs or wwids, but not both')];
  }
  const findings =
    ids.length > 0
      ? [invalidValue(path, worldWideNames, 'targetWWNs and wwids can not be specified simultaneously')]
      : [];
  if (source['lun'] === undefined) {
    findings.push(required(`${field}.lun`, 'lun is required if targetWWNs is specified'));
  }
  return [...findings, ...inRange('lun', 0, 255)(source, field)];
};

const flexVolume: SourceRule = (source, field) => [
  ...requires('driver')(source, field),
  ...Object.keys((source['options'] ?? {}) as object).flatMap((key) => {
    const domain = `.${(key.includes('/') ? key.slice(0, key.indexOf('/')) : key).toLowerCase()}`;
    return domain.endsWith('.kubernetes.io') || domain.endsWith('.k8s.io')
      ? [invalidValue(`${field}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')]
      : [];
  }),
];

const flocker: SourceRule = ({ datasetName, datasetUUID }, field) => {
  if (!datasetName && !datasetUUID)
    return [required(field, 'one of datasetName and datasetUUID is required')];
  const both = 'datasetName and datasetUUID can not be specified simultaneously';
  const findings = datasetName && datasetUUID ? [invalidValue(field, 'resource', both)] : [];
  if (text(datasetName).includes('/')) {
    findings.push(invalidValue(`${field}.datasetName`, datasetName, "must not contain '/'"));
  }
  return findings;
};

const azureDisk: SourceRule = (source, field) => {
  const { kind, diskURI } = source;
  const managed = kind === 'Managed';
  const form = managed
    ? '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
    : 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd';
  const fits = text(diskURI).startsWith(managed ? '/subscriptions/' : 'https://');
  return [
    ...requires('diskName', 'diskURI')(source, field),
    ...oneOfIfSet(`${field}.cachingMode`, source['cachingMode'] as string, ['None', 'ReadOnly', 'ReadWrite']),
    ...oneOfIfSet(`${field}.kind`, kind as string, ['Dedicated', 'Managed', 'Shared']),
    ...(kind === undefined || fits ? [] : [notSupported(`${field}.diskURI`, text(diskURI), [form])]),
  ];
};

const storageOs: SourceRule = ({ volumeName, volumeNamespace }, field) => [
  ...named(`${field}.volumeName`, text(volumeName), dns1123Label),
  ...formatted(`${field}.volumeNamespace`, text(volumeNamespace), dns1123Label),
];

function notEmptyIfSet(name: string): SourceRule {
  return (source, field) => (source[name] === '' ? [required(`${field}.${name}`)] : []);
}

const endpointsNamespace: SourceRule = ({ endpointsNamespace: namespace }, field) => {
  if (typeof namespace !== 'string') return [];
  const path = `${field}.endpointsNamespace`;
  const detail = 'if the endpointnamespace is set, it must be a valid namespace name';
  return namespace === ''
    ? [invalidValue(path, namespace, detail)]
    : invalidEach(path, namespace, dns1123Label(namespace));
};

const partition = inRange('partition', 0, 255, 1);

/** A CSI driver's name: a domain of 63 bytes at most. */
export function validateCsiDriverName(driver: string, field: string): FieldError[] {
  if (driver === '') return [required(field)];
  const findings = driver.length > 63 ? [tooLong(field, 63)] : [];
  return [...findings, ...invalidEach(field, driver, dns1123Subdomain(driver.toLowerCase()))];
}

const csiSecrets = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
];

const persistentCsi: SourceRule = (source, field) => [
  ...validateCsiDriverName(text(source['driver']), `${field}.driver`),
  ...requires('volumeHandle')(source, field),
  ...csiSecrets.flatMap((name) => {
    const reference = source[name] as V1SecretReference | undefined;
    if (!reference) return [];
    return [
      ...named(`${field}.${name}.name`, reference.name, dns1123Subdomain),
      ...named(`${field}.${name}.namespace`, reference.namespace, dns1123Label),
    ];
  }),
];

const data =
  (nameField: string): SourceRule =>
  (source, field) => [
    ...requires(nameField)(source, field),
    ...validateMode(`${field}.defaultMode`, source['defaultMode']),
    ...each(source['items'] as V1KeyToPath[] | undefined, `${field}.items`, validateKeyToPath),
  ];

/**
 * One row: the field, the rule, and the name that kube-apiserver says in findings where it differs from the
 * field's.
 */
export type SourceRow = readonly [name: string, rule: SourceRule, said?: string];

const shared: Readonly<Record<string, SourceRow>> = {
  hostPath: ['hostPath', hostPath],
  gce: ['gcePersistentDisk', all(requires('pdName'), partition), 'persistentDisk'],
  aws: ['awsElasticBlockStore', all(requires('volumeID'), partition)],
  nfs: ['nfs', nfs],
  iscsi: ['iscsi', iscsiRule(false)],
  persistentIscsi: ['iscsi', iscsiRule(true)],
  glusterfs: ['glusterfs', requires('endpoints', 'path')],
  flocker: ['flocker', flocker],
  rbd: ['rbd', requires('monitors', 'image')],
  cephfs: ['cephfs', requires('monitors')],
  quobyte: ['quobyte', quobyteRule],
  fc: ['fc', fc],
  flexVolume: ['flexVolume', flexVolume],
  vsphere: ['vsphereVolume', requires('volumePath')],
  photon: ['photonPersistentDisk', requires('pdID')],
  portworx: ['portworxVolume', requires('volumeID')],
  azureDisk: ['azureDisk', azureDisk],
  azureFile: ['azureFile', requires('secretName', 'shareName')],
  scaleIO: ['scaleIO', requires('gateway', 'system', 'volumeName')],
};

const row = (name: string) => shared[name]!;

/**
 * Sources of a Pod's own volumes, in kube-apiserver's order; what needs the whole Pod is judged elsewhere.
 */
export const podSources: readonly SourceRow[] = [
  row('hostPath'),
  [
    'gitRepo',
    all(requires('repository'), ({ directory }, field) =>
      unreservedPath(text(directory), `${field}.directory`),
    ),
  ],
  row('gce'),
  row('aws'),
  ['secret', data('secretName')],
  row('nfs'),
  row('iscsi'),
  row('glusterfs'),
  row('flocker'),
  ['persistentVolumeClaim', requires('claimName')],
  row('rbd'),
  ['cinder', all(requires('volumeID'), secretRef(['name']))],
  row('cephfs'),
  row('quobyte'),
];

/** The rest of them, after the downward API. */
export const laterPodSources: readonly SourceRow[] = [
  row('fc'),
  row('flexVolume'),
  ['configMap', data('name')],
  row('azureFile'),
  row('vsphere'),
  row('photon'),
  row('portworx'),
  row('azureDisk'),
  ['storageos', all(storageOs, secretRef(['name']))],
];

/** Sources of a PersistentVolume, in kube-apiserver's order. */
export const persistentSources: readonly SourceRow[] = [
  row('hostPath'),
  row('gce'),
  row('aws'),
  ['glusterfs', all(requires('endpoints', 'path'), endpointsNamespace)],
  row('flocker'),
  row('nfs'),
  row('rbd'),
  row('quobyte'),
  row('cephfs'),
  row('persistentIscsi'),
  ['cinder', all(requires('volumeID'), secretRef(['name', 'namespace']))],
  row('fc'),
  row('flexVolume'),
  ['azureFile', all(requires('secretName', 'shareName'), notEmptyIfSet('secretNamespace'))],
  row('vsphere'),
  row('photon'),
  row('portworx'),
  row('azureDisk'),
  row('scaleIO'),
  [
    'local',
    (source, field) =>
      source['path'] ? noBacksteps(text(source['path']), `${field}.path`) : [required(`${field}.path`)],
  ],
  ['storageos', all(storageOs, secretRef(['name', 'namespace']))],
  ['csi', persistentCsi],
];

/** As kube-apiserver writes it where it is one source too many. */
const misspelt: Readonly<Record<string, string>> = { downwardAPI: 'downwarAPI', cephfs: 'cephFS' };

/** Judged even where a PersistentVolume has another source before it, without being one too many. */
const alwaysJudged = new Set(['flexVolume']);

/** A PersistentVolume's source; `localNeeds` finds what a local one lacks that is judged. */
export function validatePersistentSource(
  holder: Source,
  field: string,
  localNeeds: () => FieldError[],
): FieldError[] {
  const present = persistentSources.filter(([name]) => holder[name] !== undefined);
  if (present.length === 0) return [required(field, 'must specify a volume type')];
  return present.flatMap((row, index) => {
    const [name, rule, said = name] = row;
    if (index > 0 && !alwaysJudged.has(name)) return [oneTooMany(name, field)];
    const findings = rule(holder[name] as Source, `${field}.${said}`);
    return name === 'local' ? [...findings, ...localNeeds()] : findings;
  });
}

function oneTooMany(name: string, field: string): FieldError {
  return forbiddenField(`${field}.${misspelt[name] ?? name}`, 'may not specify more than 1 volume type');
}

/** Exactly one source: the first is judged, every other is one too many. */
export function validateOneSource(holder: Source, field: string, rows: readonly SourceRow[]): FieldError[] {
  const present = rows.filter(([name]) => holder[name] !== undefined);
  if (present.length === 0) return [required(field, 'must specify a volume type')];
  return present.flatMap(([name, rule, said = name], index) =>
    index === 0 ? rule(holder[name] as Source, `${field}.${said}`) : [oneTooMany(name, field)],
  );
}
