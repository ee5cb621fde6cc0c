import type { V1Pod, V1PriorityClass } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import type { ObjectIndex } from '../../storage/follow/object-store.ts';
import { admissionForbidden, type AdmissionAttributes, concerns } from '../attributes.ts';
import { objectFinder } from '../find-object.ts';
import { followLater } from '../follow-later.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';

type PriorityClass = V1PriorityClass & KubeObject;

const group = 'scheduling.k8s.io';
const resource = 'priorityclasses';

/** The only value of the index: classes with `globalDefault` are under it. */
const isDefault = 'default';

/** What a Pod gets of its class; without a class it has no name. */
interface Priority {
  readonly name?: string | undefined;
  readonly value: number;
  readonly preemptionPolicy?: string | undefined;
}

const withoutClass: Priority = { value: 0, preemptionPolicy: 'PreemptLowerPriority' };

function priorityOf({ metadata, value, preemptionPolicy }: DeepReadonly<PriorityClass>): Priority {
  return { name: metadata.name, value: value ?? 0, preemptionPolicy };
}

/**
 * Writes the priority of its class into a Pod, and keeps it there; only one class is the default (Kubernetes:
 * `plugin/pkg/admission/priority`).
 */
export function priority(
  dependencies: Pick<PluginDependencies, 'storageOf' | 'informers' | 'clock'>,
): AdmissionPlugin {
  const find = objectFinder<PriorityClass>(dependencies.storageOf, { group, resource });
  const defaults = followLater<PriorityClass, ObjectIndex<PriorityClass>>(
    dependencies,
    { group, resource },
    (followed) => followed.addIndex(({ globalDefault }) => (globalDefault === true ? [isDefault] : [])),
  );

  /** Of several, which may have come through several servers, the lowest. */
  async function defaultClass(
    attributes: AdmissionAttributes,
  ): Promise<DeepReadonly<PriorityClass> | undefined> {
    const index = await defaults(attributes);
    return index.get(isDefault).toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))[0];
  }

  async function establish(attributes: AdmissionAttributes, name: string | undefined): Promise<Priority> {
    if (!name) {
      const found = await defaultClass(attributes);
      return found === undefined ? withoutClass : priorityOf(found);
    }
    const found = await find('', name);
    if (found === undefined)
      throw admissionForbidden(attributes, `no PriorityClass with name ${name} was found`);
    return priorityOf(found);
  }

  async function prioritize(attributes: AdmissionAttributes): Promise<void> {
    const { spec } = attributes.object as unknown as V1Pod;
    if (!spec) return;
    const { name, value, preemptionPolicy } = await establish(attributes, spec.priorityClassName);
    if (spec.priority !== undefined && spec.priority !== value) {
      throw admissionForbidden(
        attributes,
        `the integer value of priority (${spec.priority}) must not be provided in pod spec; ` +
          `priority admission controller computed ${value} from the given PriorityClass name`,
      );
    }
    if (name !== undefined) spec.priorityClassName = name;
    spec.priority = value;
    if (preemptionPolicy === undefined) return;
    if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
      throw admissionForbidden(
        attributes,
        `the string value of PreemptionPolicy (${spec.preemptionPolicy}) must not be provided in pod spec; ` +
          `priority admission controller computed ${preemptionPolicy} from the given PriorityClass name`,
      );
    }
    spec.preemptionPolicy = preemptionPolicy;
  }

  return {
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    async admit(attributes) {
      if (!concerns(attributes, '', 'pods')) return;
      if (attributes.operation === 'CREATE') await prioritize(attributes);
      if (attributes.operation === 'UPDATE') keepPriority(attributes);
    },
    async validate(attributes) {
      if (!concerns(attributes, group, resource) || attributes.operation === 'DELETE') return;
      const { metadata, globalDefault } = attributes.object as unknown as PriorityClass;
      if (globalDefault !== true) return;
      const other = (await defaultClass(attributes))?.metadata.name;
      if (other === undefined || (attributes.operation === 'UPDATE' && other === metadata.name)) return;
      throw admissionForbidden(
        attributes,
        `PriorityClass ${other} is already marked as default. Only one default can exist`,
      );
    },
  };
}

/** Clients that do not know the fields do not lose them. */
function keepPriority({ object, oldObject }: AdmissionAttributes): void {
  const [spec, before] = [(object as unknown as V1Pod).spec, (oldObject as unknown as V1Pod).spec];
  if (!spec || !before) return;
  if (spec.priority === undefined && before.priority !== undefined) spec.priority = before.priority;
  if (spec.preemptionPolicy === undefined && before.preemptionPolicy !== undefined)
    spec.preemptionPolicy = before.preemptionPolicy;
}
