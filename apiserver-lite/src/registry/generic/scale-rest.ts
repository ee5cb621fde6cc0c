import type { KubeObject } from '@pg8s/k8s-proto/object';
import { apiVersionOf, type SubresourceInfo } from '@pg8s/k8s-proto/scheme';
import { conflict, invalid, notFound } from '../../api-errors/status-error.ts';
import { CachedObject } from '../../storage/cached-object.ts';
import type { Rest } from '../rest.ts';
import { scaleTable } from './scale-table.ts';
import { validateMetadata, validateStandardFinalizers } from '../fields/metadata.ts';
import { subdomainName } from '../fields/names.ts';
import { atLeastZero } from '../fields/rules.ts';
import { copyOf } from './copy-object.ts';
import type { GenericStore } from './generic-store.ts';
import { formatLabelSelector } from '../fields/label-selector-text.ts';
import { ownersOfScale, ownersOfWorkload, replicasOfGroup, type ReplicasPath } from './scale-owners.ts';
import { storeRequest } from './store-rest.ts';

/** What of a workload its Scale shows. */
export interface ScaleNumbers {
  /** How many replicas are wanted. */
  wanted: number;
  /** How many there are. */
  present: number;
  /** Empty: there is none. */
  selector: string;
}

/** Where the numbers of a Scale stand in objects of a resource. */
export interface ScaleFields {
  read(workload: KubeObject): ScaleNumbers;
  /** As `read`, for a Scale that is to be changed: a number that nobody wants where nothing is set yet. */
  readForUpdate(workload: KubeObject): ScaleNumbers;
  /** Sets the wanted replicas of a workload, which is nobody else's; throws what is wrong with the Scale. */
  write(workload: KubeObject, scale: KubeObject, replicas: number): void;
  /** Throws where the workload has no number that could be read. */
  ensureReadable?(workload: KubeObject): void;
  readonly pathOf: ReplicasPath;
}

interface Scalable {
  spec?: { replicas?: number; selector?: unknown };
  status?: { replicas?: number };
}

function readWorkload(workload: KubeObject): ScaleNumbers {
  const { spec = {}, status = {} } = workload as Scalable;
  return {
    wanted: spec.replicas ?? 0,
    present: status.replicas ?? 0,
    selector: formatLabelSelector(spec.selector),
  };
}

/** The fields of built-in workloads of a group. */
function workloadFields(group: string): ScaleFields {
  return {
    read: readWorkload,
    readForUpdate: readWorkload,
    write(workload, scale, replicas) {
      const findings = [
        ...validateMetadata(scale, { namespaced: true, validateName: subdomainName }),
        ...validateStandardFinalizers(scale.metadata),
        ...atLeastZero('spec.replicas', replicas),
      ];
      const { name = '' } = workload.metadata;
      if (findings.length > 0) throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, findings);
      (workload as KubeObject & { spec: { replicas: number } }).spec.replicas = replicas;
    },
    pathOf: replicasOfGroup(group),
  };
}

function scaleOf(workload: KubeObject, { wanted, present, selector }: ScaleNumbers): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata;
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: Object.fromEntries(
      Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
    spec: wanted === 0 ? {} : { replicas: wanted },
    status: { replicas: present, ...(selector === '' ? {} : { selector }) },
  };
}

/** What the endpoint of a Scale is made of. */
export interface ScaleRestOptions {
  parent: Rest;
  subresource: SubresourceInfo;
  store: GenericStore;
  clock: () => number;
  /** Default: those of built-in workloads. */
  fields?: ScaleFields;
}

/**
 * Reads and writes how many replicas a workload wants, for those who know nothing else of it
 * (`autoscaling/v1.Scale`).
 */
export function scaleRest({
  parent,
  subresource,
  store,
  clock,
  fields = workloadFields(parent.resource.group),
}: ScaleRestOptions): Rest {
  const target = { group: parent.resource.group, resource: parent.resource.name };
  const { pathOf } = fields;
  const scales = new WeakMap<CachedObject, CachedObject>();
  const cachedScale = (workload: CachedObject): CachedObject => {
    let scale = scales.get(workload);
    if (scale === undefined) {
      const { object } = workload;
      scale = new CachedObject(scaleOf(object, fields.read(object)), workload.revision);
      scales.set(workload, scale);
    }
    return scale;
  };
  return {
    resource: parent.resource,
    subresource,
    table: scaleTable,
    async get(context, name, version) {
      const workload = await store.get(storeRequest(context, clock, false), name, version);
      fields.ensureReadable?.(workload.object);
      return cachedScale(workload);
    },
    async update(context, name, transform, options) {
      const request = storeRequest(context, clock, options.dryRun);
      const { object } = await store.update(
        request,
        name,
        async (current) => {
          if (current === undefined) throw notFound(target, name);
          const wanted = scaleOf(current, fields.readForUpdate(current));
          const owners = ownersOfScale(current, pathOf);
          if (owners.length > 0) wanted.metadata.managedFields = owners;
          const scale = await transform(wanted);
          const { uid, resourceVersion } = scale.metadata;
          if (uid !== undefined && uid !== '' && uid !== current.metadata.uid) {
            throw conflict(
              target,
              name,
              `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.metadata.uid ?? ''}`,
            );
          }
          const next = copyOf(current);
          fields.write(next, scale, (scale as Scalable).spec?.replicas ?? 0);
          if (resourceVersion === undefined || resourceVersion === '') delete next.metadata.resourceVersion;
          else next.metadata.resourceVersion = resourceVersion;
          next.metadata.managedFields = ownersOfWorkload(current, scale, {
            pathOf,
            apiVersion: apiVersionOf(parent.resource),
          });
          if (next.metadata.managedFields.length === 0) delete next.metadata.managedFields;
          return next;
        },
        {
          ...(options.preconditions === undefined ? {} : { preconditions: options.preconditions }),
          validateCreate: (workload) => options.validateCreate(scaleOf(workload, fields.read(workload))),
          validateUpdate: (workload, old) =>
            options.validateUpdate(scaleOf(workload, fields.read(workload)), scaleOf(old, fields.read(old))),
        },
      );
      return { object: cachedScale(object), created: false };
    },
  };
}
