import type { V1Node } from '@pg8s/k8s-proto/generated/models';
import { isSame } from '../../../registry/generic/copy-object.ts';
import { quoted, refuse, type NodeRequest } from './node-request.ts';

type Labels = Readonly<Record<string, string>>;

/** Only its own Node; without labels that steer Pods to it, and without changes of taints and owners. */
export function checkNode(request: NodeRequest): void {
  const { node, attributes } = request;
  const { operation, name } = attributes;
  if (name !== node) {
    throw refuse(request, `node ${quoted(node)} is not allowed to modify node ${quoted(name)}`);
  }
  if (operation === 'CREATE') checkNewNode(request);
  if (operation === 'UPDATE') checkChangedNode(request);
}

function checkNewNode(request: NodeRequest): void {
  const { metadata, spec } = request.attributes.object as V1Node;
  const who = `node ${quoted(request.node)}`;
  if (isSet(spec?.configSource)) {
    // Kubernetes says "pods" here, too.
    throw refuse(request, `${who} is not allowed to create pods with a non-nil configSource`);
  }
  const labels = forbiddenLabels(metadata?.labels ?? {}, {});
  if (labels.length > 0) {
    throw refuse(request, `${who} is not allowed to set the following labels: ${labels.join(', ')}`);
  }
}

function checkChangedNode(request: NodeRequest): void {
  const { metadata, spec } = request.attributes.object as V1Node;
  const old = request.attributes.oldObject as V1Node;
  const who = `node ${quoted(request.node)}`;
  if (isSet(spec?.configSource) && !isSame(spec?.configSource, old.spec?.configSource)) {
    throw refuse(request, `${who} is not allowed to update configSource to a new non-nil configSource`);
  }
  if (!isSame(spec?.taints, old.spec?.taints)) {
    throw refuse(request, `${who} is not allowed to modify taints`);
  }
  if (!isSame(metadata?.ownerReferences, old.metadata?.ownerReferences)) {
    throw refuse(request, `${who} is not allowed to modify ownerReferences`);
  }
  const labels = forbiddenLabels(metadata?.labels ?? {}, old.metadata?.labels ?? {});
  if (labels.length > 0) {
    throw refuse(request, `is not allowed to modify labels: ${labels.join(', ')}`);
  }
}

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

/** The labels that differ and that a node may not change, sorted. */
function forbiddenLabels(labels: Labels, old: Labels): string[] {
  const keys = new Set([...Object.keys(labels), ...Object.keys(old)]);
  const changed = [...keys].filter(
    (key) => !Object.hasOwn(labels, key) || !Object.hasOwn(old, key) || labels[key] !== old[key],
  );
  return changed.filter(isForbidden).sort();
}

function isForbidden(key: string): boolean {
  const slash = key.indexOf('/');
  if (slash === -1) return false;
  const prefix = key.slice(0, slash);
  const isIn = (domain: string) => prefix === domain || prefix.endsWith(`.${domain}`);
  if (isIn('node-restriction.kubernetes.io')) return true;
  if (!isIn('kubernetes.io') && !isIn('k8s.io')) return false;
  return !kubeletLabels.has(key) && !isIn('kubelet.kubernetes.io') && !isIn('node.kubernetes.io');
}

/** Labels that kubelets set on their own Node (`k8s.io/kubelet/pkg/apis.KubeletLabels`). */
const kubeletLabels: ReadonlySet<string> = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);
