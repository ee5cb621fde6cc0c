import type { ApiObject } from '../../runtime/client/api-object.ts';
import type { Pod } from '../../runtime/client/resource.ts';

/** A kind of object that a Pod may need before its containers can start. */
export type ReferencedKind = 'ConfigMap' | 'Secret' | 'PersistentVolumeClaim';

export interface Reference {
  kind: ReferencedKind;
  name: string;
}

/** An object that a Pod refers to, or the API's message why it could not be read. */
export type Found = { object: ApiObject } | { object?: undefined; missing: boolean; problem: string };

/** What was found of a Pod's references. */
export type Lookup = (reference: Reference) => Found;

/** `core/v1.ConfigMap` and `Secret`, as far as a kubelet looks. */
type Contents = ApiObject & { data?: Record<string, string>; binaryData?: Record<string, string> };

interface NamedSource {
  name: string;
  optional?: boolean;
}

interface KeySource extends NamedSource {
  key: string;
}

interface FileSource {
  optional?: boolean;
  items?: { key: string }[];
}

/** The fields of a container that make its environment. */
export interface ContainerEnv {
  envFrom?: { configMapRef?: NamedSource; secretRef?: NamedSource }[];
  env?: { valueFrom?: { configMapKeyRef?: KeySource; secretKeyRef?: KeySource } }[];
}

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];

const groups = ['initContainers', 'containers', 'ephemeralContainers'] as const;

/** Every object that a Pod refers to, once. */
export function referencesOf(pod: Pod): Reference[] {
  const found = new Map<string, Reference>();
  const note: Lookup = (reference) => {
    found.set(`${reference.kind}/${reference.name}`, reference);
    return { missing: true, problem: '' };
  };
  volumeProblems(pod, note);
  for (const group of groups) {
    for (const container of (pod.spec?.[group] ?? []) as ContainerEnv[]) environmentProblems(container, note);
  }
  return [...found.values()];
}

/**
 * Why a container's environment cannot be made, with kubelet's messages (`makeEnvironmentVariables`); it
 * reports the first.
 */
export function environmentProblems({ envFrom = [], env = [] }: ContainerEnv, lookup: Lookup): string[] {
  const problems: string[] = [];
  const whole = (kind: ReferencedKind, source: NamedSource | undefined): void => {
    if (!source) return;
    const found = lookup({ kind, name: source.name });
    if (found.object === undefined && !(found.missing && source.optional)) problems.push(found.problem);
  };
  const one = (kind: ReferencedKind, source: KeySource | undefined): void => {
    if (!source) return;
    const found = lookup({ kind, name: source.name });
    if (found.object === undefined) {
      if (!(found.missing && source.optional)) problems.push(found.problem);
    } else if (!source.optional && !keysOf(found.object, false).has(source.key)) {
      const { namespace } = found.object.metadata;
      problems.push(`couldn't find key ${source.key} in ${kind} ${namespace}/${source.name}`);
    }
  };
  for (const { configMapRef, secretRef } of envFrom) {
    whole('ConfigMap', configMapRef);
    whole('Secret', secretRef);
  }
  for (const { valueFrom } of env) {
    one('ConfigMap', valueFrom?.configMapKeyRef);
    one('Secret', valueFrom?.secretKeyRef);
  }
  return problems;
}

/** Why a Pod's volumes cannot be mounted: the messages of kubelet's `FailedMount` events. */
export function volumeProblems(pod: Pod, lookup: Lookup): string[] {
  const problems: string[] = [];
  const unprocessed: { name: string; problem: string }[] = [];
  const { namespace = '' } = pod.metadata;
  for (const volume of pod.spec?.volumes ?? []) {
    const claimName = claimOf(pod, volume);
    const claim = claimName === undefined ? undefined : claimProblem(claimName, lookup);
    if (claim !== undefined)
      unprocessed.push({
        name: volume.name,
        problem: `error processing PVC ${namespace}/${claimName}: ${claim}`,
      });
    const setUp = fileProblems(volume, lookup);
    if (setUp.length > 0) {
      const reported = setUp.length === 1 ? setUp[0] : `[${setUp.join(', ')}]`;
      problems.push(`MountVolume.SetUp failed for volume "${volume.name}" : ${reported}`);
    }
  }
  if (unprocessed.length > 0) {
    const names = unprocessed.map(({ name }) => name).join(' ');
    const all = unprocessed.map(({ problem }) => problem);
    const reported = all.length === 1 ? all[0] : `[${all.join(', ')}]`;
    problems.push(
      `Unable to attach or mount volumes: unmounted volumes=[${names}], unattached volumes=[], failed to process volumes=[${names}]: ${reported}`,
    );
  }
  return problems;
}

function fileProblems({ configMap, secret, projected }: Volume, lookup: Lookup): string[] {
  const problem = (kind: ReferencedKind, name: string, source: FileSource): string[] => {
    const found = lookup({ kind, name });
    if (found.object === undefined && !(found.missing && source.optional)) return [found.problem];
    if (source.optional) return [];
    const keys = found.object === undefined ? new Set<string>() : keysOf(found.object, true);
    const absent = (source.items ?? []).find(({ key }) => !keys.has(key));
    if (absent === undefined) return [];
    return [
      kind === 'ConfigMap'
        ? `configmap references non-existent config key: ${absent.key}`
        : `references non-existent secret key: ${absent.key}`,
    ];
  };
  return [
    ...(configMap ? problem('ConfigMap', configMap.name ?? '', configMap as FileSource) : []),
    ...(secret ? problem('Secret', secret.secretName ?? '', secret as FileSource) : []),
    ...(projected?.sources ?? []).flatMap((source) => [
      ...(source.secret ? problem('Secret', source.secret.name ?? '', source.secret as FileSource) : []),
      ...(source.configMap
        ? problem('ConfigMap', source.configMap.name ?? '', source.configMap as FileSource)
        : []),
    ]),
  ];
}

function claimOf({ metadata }: Pod, { name, persistentVolumeClaim, ephemeral }: Volume): string | undefined {
  if (persistentVolumeClaim) return persistentVolumeClaim.claimName;
  return ephemeral ? `${metadata.name}-${name}` : undefined;
}

function claimProblem(name: string, lookup: Lookup): string | undefined {
  const found = lookup({ kind: 'PersistentVolumeClaim', name });
  if (found.object === undefined) return `failed to fetch PVC from API server: ${found.problem}`;
  const { metadata, spec, status } = found.object as ApiObject & {
    spec?: { volumeName?: string };
    status?: { phase?: string };
  };
  if (metadata.deletionTimestamp && !metadata.finalizers?.includes('kubernetes.io/pvc-protection'))
    return 'PVC is being deleted';
  if (status?.phase !== 'Bound') return 'PVC is not bound';
  return spec?.volumeName ? undefined : 'PVC has empty pvc.Spec.VolumeName';
}

function keysOf(object: ApiObject, isFile: boolean): Set<string> {
  const { data = {}, binaryData = {} } = object as Contents;
  // Binary data can be a file, but not a variable.
  return new Set([...Object.keys(data), ...(isFile ? Object.keys(binaryData) : [])]);
}
