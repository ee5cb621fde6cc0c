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
import { ownersOfScale, ownersOfWorkload } from './scale-owners.ts';
import { storeRequest } from './store-rest.ts';

interface Scalable {
  spec?: { replicas?: number; selector?: unknown };
  status?: { replicas?: number };
}

function scaleOf(workload: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = workload.metadata;
  const { spec = {}, status = {} } = workload as Scalable;
  const selector = formatLabelSelector(spec.selector);
  return {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: Object.fromEntries(
      Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp }).filter(
        ([, value]) => value !== undefined,
      ),
    ),
    spec: spec.replicas ? { replicas: spec.replicas } : {},
    status: { replicas: status.replicas ?? 0, ...(selector === '' ? {} : { selector }) },
  };
}

/**
 * Reads and writes how many replicas a workload wants, for those who know nothing else of it
 * (`autoscaling/v1.Scale`).
 */
export function scaleRest(
  parent: Rest,
  subresource: SubresourceInfo,
  store: GenericStore,
  clock: () => number,
): Rest {
  const target = { group: parent.resource.group, resource: parent.resource.name };
  const scales = new WeakMap<CachedObject, CachedObject>();
  const cachedScale = (workload: CachedObject): CachedObject => {
    let scale = scales.get(workload);
    if (scale === undefined) {
      scale = new CachedObject(scaleOf(workload.object), workload.revision);
      scales.set(workload, scale);
    }
    return scale;
  };
  return {
    resource: parent.resource,
    subresource,
    table: scaleTable,
    async get(context, name, version) {
      return cachedScale(await store.get(storeRequest(context, clock, false), name, version));
    },
    async update(context, name, transform, options) {
      const request = storeRequest(context, clock, options.dryRun);
      const { object } = await store.update(
        request,
        name,
        async (current) => {
          if (current === undefined) throw notFound(target, name);
          const wanted = scaleOf(current);
          const owners = ownersOfScale(current, parent.resource.group);
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
          const replicas = (scale as Scalable).spec?.replicas ?? 0;
          const findings = [
            ...validateMetadata(scale, { namespaced: true, validateName: subdomainName }),
            ...validateStandardFinalizers(scale.metadata),
            ...atLeastZero('spec.replicas', replicas),
          ];
          if (findings.length > 0) throw invalid({ group: 'autoscaling', kind: 'Scale' }, name, findings);
          const next = copyOf(current) as KubeObject & { spec: { replicas: number } };
          next.spec.replicas = replicas;
          if (resourceVersion === undefined || resourceVersion === '') delete next.metadata.resourceVersion;
          else next.metadata.resourceVersion = resourceVersion;
          next.metadata.managedFields = ownersOfWorkload(current, scale, {
            group: parent.resource.group,
            apiVersion: apiVersionOf(parent.resource),
          });
          if (next.metadata.managedFields.length === 0) delete next.metadata.managedFields;
          return next;
        },
        {
          ...(options.preconditions === undefined ? {} : { preconditions: options.preconditions }),
          validateCreate: (workload) => options.validateCreate(scaleOf(workload)),
          validateUpdate: (workload, old) => options.validateUpdate(scaleOf(workload), scaleOf(old)),
        },
      );
      return { object: cachedScale(object), created: false };
    },
  };
}
