import type {
  CoreV1Event,
  EventsV1Event,
  V1APIService,
  V1Lease,
  V1Namespace,
  V1Node,
} from '@pg8s/k8s-proto/generated/models';
import type { TableConvertor } from '../rest.ts';
import { age, ageColumn, column, nameColumn, tableOf } from '../table/column.ts';

const wide = { priority: 1 };
const none = '<none>';

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

const node = tableOf<V1Node>([
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

const namespace = tableOf<V1Namespace>([
  nameColumn(),
  column('Status', ({ status }) => status?.phase ?? ''),
  ageColumn(),
]);

interface AnyEvent {
  firstSeen: unknown;
  lastSeen: unknown;
  eventTime: unknown;
  series: { count?: number; lastObservedTime?: unknown } | undefined;
  count: number | undefined;
  object: { kind?: string; name?: string; fieldPath?: string } | undefined;
  source: { component?: string; host?: string } | undefined;
  controller: string | undefined;
  instance: string | undefined;
  message: string | undefined;
}

const fromCore = (event: CoreV1Event): AnyEvent => ({
  firstSeen: event.firstTimestamp,
  lastSeen: event.lastTimestamp,
  eventTime: event.eventTime,
  series: event.series,
  count: event.count,
  object: event.involvedObject,
  source: event.source,
  controller: event.reportingComponent,
  instance: event.reportingInstance,
  message: event.message,
});

const fromEvents = (event: EventsV1Event): AnyEvent => ({
  firstSeen: event.deprecatedFirstTimestamp,
  lastSeen: event.deprecatedLastTimestamp,
  eventTime: event.eventTime,
  series: event.series,
  count: event.deprecatedCount,
  object: event.regarding,
  source: event.deprecatedSource,
  controller: event.reportingController,
  instance: event.reportingInstance,
  message: event.note,
});

function sourceText({ source, controller = '', instance = '' }: AnyEvent): string {
  const component = source?.component || controller;
  const host = source?.host || instance;
  return host === '' ? component : `${component}, ${host}`;
}

/** Both served versions of events print alike. */
function eventTable<T extends CoreV1Event | EventsV1Event>(view: (event: T) => AnyEvent): TableConvertor {
  return tableOf<T>([
    column('Last Seen', (object, nowMs) => {
      const event = view(object);
      const seen = event.series?.lastObservedTime ?? event.lastSeen ?? event.firstSeen ?? event.eventTime;
      return age(seen, nowMs);
    }),
    column('Type', ({ type }) => type ?? ''),
    column('Reason', ({ reason }) => reason ?? ''),
    column('Object', (object) => {
      const { kind = '', name = '' } = view(object).object ?? {};
      return name === '' ? kind.toLowerCase() : `${kind.toLowerCase()}/${name}`;
    }),
    column('Subobject', (object) => view(object).object?.fieldPath ?? '', wide),
    column('Source', (object) => sourceText(view(object)), wide),
    column('Message', (object) => (view(object).message ?? '').trim()),
    column(
      'First Seen',
      (object, nowMs) => {
        const { firstSeen, eventTime } = view(object);
        return age(firstSeen ?? eventTime, nowMs);
      },
      wide,
    ),
    column(
      'Count',
      (object) => {
        const { series, count } = view(object);
        return series ? (series.count ?? 0) : count || 1;
      },
      wide,
    ),
    column('Name', ({ metadata }) => metadata?.name ?? '', { ...wide, format: 'name' }),
  ]);
}

const lease = tableOf<V1Lease>([
  nameColumn(),
  column('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
  ageColumn(),
]);

const apiService = tableOf<V1APIService>([
  nameColumn(),
  column('Service', ({ spec }) =>
    spec?.service === undefined ? 'Local' : `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}`,
  ),
  column('Available', ({ status }) => {
    const condition = status?.conditions?.find(({ type }) => type === 'Available');
    if (condition === undefined) return 'Unknown';
    return condition.status === 'True' ? 'True' : `${condition.status} (${condition.reason ?? ''})`;
  }),
  ageColumn(),
]);

/** Tables of what makes up the cluster, by `group/Kind`. */
export const clusterTables: Readonly<Record<string, TableConvertor>> = {
  '/Event': eventTable(fromCore),
  '/Namespace': namespace,
  '/Node': node,
  'apiregistration.k8s.io/APIService': apiService,
  'coordination.k8s.io/Lease': lease,
  'events.k8s.io/Event': eventTable(fromEvents),
};
