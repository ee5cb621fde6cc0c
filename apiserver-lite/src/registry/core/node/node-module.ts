import type { V1Node } from '@pg8s/k8s-proto/generated/models';
import { type Fields, existing, fill } from '../../fields/fill.ts';
import { joinFirst } from '../../fields/first-of-list.ts';
import { roundResourceLists } from '../../fields/resource-list.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { keepField } from '../../generic/kind-strategy.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { proxyRest } from '../../generic/proxy-rest.ts';
import { selectablePaths } from '../../generic/selectable-field.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';
import { validateNode, validateNodeUpdate } from './node-validation.ts';

const asIs = (value: unknown) => value;

/** A node can give what it has, unless it says otherwise. */
function defaultNode(object: Fields): void {
  joinFirst(existing(object, 'spec'), 'podCIDR', { list: 'podCIDRs', read: asIs, make: asIs });
  const status = existing(object, 'status');
  const capacity = existing(status, 'capacity');
  if (status !== undefined && capacity !== undefined) fill(status, { allocatable: { ...capacity } });
  roundResourceLists(status, ['capacity', 'allocatable']);
}

const none = '<none>';

const wide = { priority: 1 };

function nodeStatus({ status, spec }: V1Node): string {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const words = [ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady'];
  if (spec?.unschedulable === true) words.push('SchedulingDisabled');
  return words.join(',');
}

const rolePrefix = 'node-role.kubernetes.io/';

function nodeRoles({ metadata }: V1Node): string {
  const roles = Object.entries(metadata?.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) return [key.slice(rolePrefix.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return [...new Set(roles)].sort().join(',') || none;
}

function kernelVersion({ status }: V1Node): string {
  const { kernelVersion: version, architecture } = status?.nodeInfo ?? {};
  return `${version || '<unknown>'}${architecture ? ` (${architecture})` : ''}`;
}

const addressOf = ({ status }: V1Node, wanted: string) =>
  status?.addresses?.find(({ type }) => type === wanted)?.address ?? none;

const nodeTable = tableOf<V1Node>([
  nameColumn(),
  column('Status', nodeStatus),
  column('Roles', nodeRoles),
  ageColumn(),
  column('Version', ({ status }) => status?.nodeInfo?.kubeletVersion ?? ''),
  column('Internal-IP', (object) => addressOf(object, 'InternalIP'), wide),
  column('External-IP', (object) => addressOf(object, 'ExternalIP'), wide),
  column('OS-Image', ({ status }) => status?.nodeInfo?.osImage || '<unknown>', wide),
  column('Kernel-Version', kernelVersion, wide),
  column('Container-Runtime', ({ status }) => status?.nodeInfo?.containerRuntimeVersion || '<unknown>', wide),
]);

/** Warns of the deprecated `spec.externalID`. */
const nodeWarnings: KindWarnings<V1Node> = (object) =>
  specOf(object).externalID ? ['spec.externalID: this field is deprecated, and is unused by Kubernetes'] : [];

/** Configuration that the API server gives is a feature that was removed. */
function dropConfig(object: V1Node, old: V1Node): void {
  if (old.status?.config === undefined) delete object.status?.config;
}

/**
 * Nodes register themselves with their status, so a new one keeps it (Kubernetes: `pkg/registry/core/node`).
 */
export const nodeModule = defineKind('/Node', {
  strategy: {
    prepareForCreate(object) {
      delete object.spec?.configSource;
      delete object.status?.config;
    },
    prepareForUpdate(object, old) {
      keepField(object, old, 'status');
      if (old.spec?.configSource === undefined) delete object.spec?.configSource;
    },
    metadataChecksOnUpdate: ['whole', 'object', 'change'],
    validate: validateNode,
    validateUpdate: validateNodeUpdate,
    warnings: nodeWarnings,
  },
  status: { prepareForUpdate: dropConfig, validateUpdate: validateNodeUpdate },
  subresources: { proxy: proxyRest },
  table: nodeTable,
  selectableFields: selectablePaths(['spec.unschedulable'], 'false'),
  defaults: { v1: defaultNode },
  gaps: '`proxy` says that nothing listens: nodes are simulated',
});
