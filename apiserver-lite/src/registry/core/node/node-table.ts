import type { V1Node } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

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

export const nodeTable = tableOf<V1Node>([
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
