import type { V1Pod, V1PodSpec, V1RuntimeClass } from '@pg8s/k8s-proto/generated/models';
import { wasGivenEmpty } from '@pg8s/k8s-proto/conform/unprinted';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { compareQuantities, parseQuantity } from '@pg8s/k8s-proto/quantity';
import type { DeepReadonly } from '../../storage/follow/deep-readonly.ts';
import { admissionForbidden, type AdmissionAttributes, concerns } from '../attributes.ts';
import { objectFinder } from '../find-object.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';
import { mergeTolerations } from './merge-tolerations.ts';

type RuntimeClass = DeepReadonly<V1RuntimeClass & KubeObject>;
type Amounts = Readonly<Record<string, string>> | undefined;

const mismatch = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function areEqual(a: Amounts = {}, b: Amounts = {}): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        compareQuantities(parseQuantity(a[name] ?? ''), parseQuantity(b[name] ?? '')) === 0,
    )
  );
}

/**
 * Gives a Pod the overhead, the node selector and the tolerations of its class (Kubernetes:
 * `plugin/pkg/admission/runtimeclass`).
 */
export function runtimeClass({ storageOf }: Pick<PluginDependencies, 'storageOf'>): AdmissionPlugin {
  const find = objectFinder<V1RuntimeClass & KubeObject>(storageOf, {
    group: 'node.k8s.io',
    resource: 'runtimeclasses',
  });

  async function classOf(
    attributes: AdmissionAttributes,
    spec: V1PodSpec,
  ): Promise<RuntimeClass | undefined> {
    const name = spec.runtimeClassName ?? undefined;
    if (name === undefined) return undefined;
    const found = name === '' ? undefined : await find('', name);
    if (found === undefined)
      throw admissionForbidden(attributes, `pod rejected: RuntimeClass ${goQuote(name)} not found`);
    return found;
  }

  return {
    operations: ['CREATE'],
    async admit(attributes) {
      if (!concerns(attributes, '', 'pods')) return;
      const { spec } = attributes.object as unknown as V1Pod;
      if (!spec) return;
      const found = await classOf(attributes, spec);
      if (found === undefined) return;
      setOverhead(attributes, spec, found);
      setScheduling(attributes, spec, found);
    },
    async validate(attributes) {
      if (!concerns(attributes, '', 'pods')) return;
      const { spec } = attributes.object as unknown as V1Pod;
      if (!spec) return;
      const overhead = (await classOf(attributes, spec))?.overhead;
      if (overhead) {
        if (!areEqual(overhead.podFixed, spec.overhead)) throw admissionForbidden(attributes, mismatch);
      } else if (spec.overhead || wasGivenEmpty(spec, 'overhead')) {
        throw admissionForbidden(
          attributes,
          'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
        );
      }
    },
  };
}

function setOverhead(attributes: AdmissionAttributes, spec: V1PodSpec, { overhead }: RuntimeClass): void {
  if (!overhead) return;
  if (Object.keys(spec.overhead ?? {}).length > 0 && !areEqual(overhead.podFixed, spec.overhead))
    throw admissionForbidden(attributes, mismatch);
  if (overhead.podFixed) spec.overhead = { ...overhead.podFixed };
  else delete spec.overhead;
}

function setScheduling(attributes: AdmissionAttributes, spec: V1PodSpec, { scheduling }: RuntimeClass): void {
  if (!scheduling) return;
  const selector = new Map(Object.entries(spec.nodeSelector ?? {}));
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const own = selector.get(key);
    if (own !== undefined && own !== value) {
      throw admissionForbidden(
        attributes,
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${own}`,
      );
    }
    selector.set(key, value);
  }
  const tolerations = mergeTolerations(spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (selector.size > 0) spec.nodeSelector = Object.fromEntries(selector);
  if (tolerations.length > 0) spec.tolerations = tolerations;
}
