import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type {
  V1DownwardAPIVolumeFile,
  V1ObjectMeta,
  V1ProjectedVolumeSource,
  V1Volume,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, forbiddenField, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../../fields/formats.ts';
import { unreservedPath } from '../../fields/paths.ts';
import { each, formatted, oneOf, signOf } from '../../fields/rules.ts';
import { validateInitiator } from './block-sources.ts';
import { validateClaimTemplate } from '../../core/persistent-volume-claim/claim-spec.ts';
import type { Source } from './source-rule.ts';
import {
  laterPodSources,
  podSources,
  validateCsiDriverName,
  validateKeyToPath,
  validateMode,
  validateOneSource,
  type SourceRow,
} from './volume-sources.ts';
import { fileFields, validateFieldRef, validateResourceFieldRef } from '../containers/environment.ts';
import type { Volumes } from '../containers/mounts.ts';

function validateFile(file: V1DownwardAPIVolumeFile, field: string): FieldError[] {
  const { path = '', fieldRef, resourceFieldRef, mode } = file;
  const findings = path === '' ? [required(`${field}.path`)] : [];
  findings.push(...unreservedPath(path, `${field}.path`));
  if (fieldRef !== undefined) {
    findings.push(...validateFieldRef(fieldRef, `${field}.fieldRef`, fileFields));
    const both = 'fieldRef and resourceFieldRef can not be specified simultaneously';
    if (resourceFieldRef !== undefined) findings.push(invalidValue(field, 'resource', both));
  } else if (resourceFieldRef !== undefined) {
    findings.push(...validateResourceFieldRef(resourceFieldRef, `${field}.resourceFieldRef`, true));
  } else findings.push(required(field, 'one of fieldRef and resourceFieldRef is required'));
  return [...findings, ...validateMode(`${field}.mode`, mode)];
}

/** All files of a projected volume share one directory. */
class Paths {
  readonly #taken = new Set<string>();

  /** A finding where the path is taken already. */
  take(path: string | undefined, field: string, value: unknown): FieldError[] {
    if (!path) return [];
    if (this.#taken.has(path)) return [invalidValue(field, value, 'conflicting duplicate paths')];
    this.#taken.add(path);
    return [];
  }
}

const tenMinutesSeconds = 600;
const maxTokenSeconds = 2 ** 32;

function validateToken(
  token: { expirationSeconds?: number; path?: string },
  field: string,
  holder: string,
): FieldError[] {
  const { expirationSeconds: seconds = 0, path = '' } = token;
  const findings: FieldError[] = [];
  const refuse = (detail: string) =>
    findings.push(invalidValue(`${field}.expirationSeconds`, seconds, detail));
  if (seconds < tenMinutesSeconds) refuse('may not specify a duration less than 10 minutes');
  if (seconds > maxTokenSeconds) refuse('may not specify a duration larger than 2^32 seconds');
  return path === ''
    ? [...findings, required(`${holder}.path`)]
    : [...findings, ...unreservedPath(path, `${holder}.path`)];
}

function validateProjected(source: V1ProjectedVolumeSource, field: string): FieldError[] {
  const paths = new Paths();
  const findings = validateMode(`${field}.defaultMode`, source.defaultMode);
  return [
    ...findings,
    ...each(source.sources, `${field}.sources`, (projection, path) => {
      const found: FieldError[] = [];
      for (const kind of ['secret', 'configMap'] as const) {
        const part = projection[kind];
        if (part === undefined) continue;
        if (!part.name) found.push(required(`${path}.${kind}.name`));
        found.push(
          ...each(part.items, `${path}.${kind}.items`, (item, place) => [
            ...validateKeyToPath(item, place),
            ...paths.take(item.path, field, part.name ?? ''),
          ]),
        );
      }
      for (const file of projection.downwardAPI?.items ?? []) {
        found.push(...validateFile(file, `${path}.downwardAPI`), ...paths.take(file.path, field, file.path));
      }
      const { serviceAccountToken: token } = projection;
      if (token !== undefined) found.push(...validateToken(token, `${path}.serviceAccountToken`, field));
      const kinds = Object.values(projection).filter((part) => part !== undefined).length;
      if (kinds > 1) found.push(forbiddenField(path, 'may not specify more than 1 volume type per source'));
      return found;
    }),
  ];
}

/** A secret of a driver; of its name kube-apiserver tells in the wrong place. */
function validateSecretName(secret: { name?: string } | null | undefined, field: string): FieldError[] {
  if (!secret) return [];
  const { name } = secret;
  return name
    ? invalidEach(`${field}.name`, name, dns1123Subdomain(name))
    : [required(`${field}.nodePublishSecretRef.name`)];
}

function rowsFor(meta: V1ObjectMeta | undefined, volumeName: string, field: string): readonly SourceRow[] {
  return [
    [
      'emptyDir',
      ({ sizeLimit }, path) =>
        sizeLimit && signOf(sizeLimit) < 0
          ? [forbiddenField(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
          : [],
    ],
    ...podSources,
    [
      'downwardAPI',
      ({ defaultMode, items }, path) => [
        ...validateMode(`${path}.defaultMode`, defaultMode),
        ...((items ?? []) as V1DownwardAPIVolumeFile[]).flatMap((file) => validateFile(file, path)),
      ],
    ],
    ...laterPodSources,
    ['projected', (source, path) => validateProjected(source as unknown as V1ProjectedVolumeSource, path)],
    [
      'scaleIO',
      (source, path) =>
        ['gateway', 'system', 'volumeName'].flatMap((name) =>
          source[name] ? [] : [required(`${path}.${name}`)],
        ),
    ],
    [
      'csi',
      ({ driver, nodePublishSecretRef: secret }, path) => [
        ...validateCsiDriverName(String(driver ?? ''), `${path}.driver`),
        ...validateSecretName(secret as { name?: string } | null | undefined, path),
      ],
    ],
    [
      'ephemeral',
      ({ volumeClaimTemplate: template }, path) => {
        const findings =
          template === undefined
            ? [required(`${path}.volumeClaimTemplate`)]
            : validateClaimTemplate(template as Source, `${path}.volumeClaimTemplate`);
        const claim = `${meta?.name ?? ''}-${volumeName}`;
        if (!meta?.name || volumeName === '') return findings;
        const wrong = dns1123Subdomain(claim).map((detail) => `PVC name ${goQuote(claim)}: ${detail}`);
        return [...findings, ...invalidEach(`${field}.name`, volumeName, wrong)];
      },
    ],
    [
      'image',
      ({ reference, pullPolicy }, path) => [
        ...(meta !== undefined && !reference ? [required(`${path}.reference`)] : []),
        ...oneOf(`${path}.pullPolicy`, pullPolicy as string, ['Always', 'IfNotPresent', 'Never']),
      ],
    ],
  ];
}

/**
 * A Pod's volumes, and those of them that containers may mount: the valid ones. `meta` is a real Pod's, not a
 * template's.
 */
export function validateVolumes(
  volumes: readonly V1Volume[] | undefined,
  field: string,
  meta: V1ObjectMeta | undefined,
): { valid: Volumes; findings: FieldError[] } {
  const valid = new Map<string, V1Volume>();
  const created = new Set(
    (volumes ?? [])
      .filter(({ ephemeral }) => ephemeral && meta?.name)
      .map(({ name }) => `${meta?.name}-${name}`),
  );
  const findings = each(volumes, field, (volume, path) => {
    const { name = '' } = volume;
    const found = validateOneSource(volume as unknown as Source, path, rowsFor(meta, name, path));
    if (volume.iscsi) {
      found.push(...validateInitiator(name, volume.iscsi as unknown as Source, `${path}.name`));
    }
    if (name === '') found.push(required(`${path}.name`));
    else found.push(...formatted(`${path}.name`, name, dns1123Label));
    if (valid.has(name)) found.push(duplicate(`${path}.name`, name));
    if (found.length === 0) valid.set(name, volume);
    const claim = volume.persistentVolumeClaim?.claimName ?? '';
    if (created.has(claim)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume';
      found.push(invalidValue(`${path}.persistentVolumeClaim.claimName`, claim, detail));
    }
    return found;
  });
  return { valid, findings };
}
