import type { CoreV1Event, EventsV1Event } from '@pg8s/k8s-proto/generated/models';
import type { TableConvertor } from '../../rest.ts';
import { age, column, tableOf } from '../../table/column.ts';

const wide = { priority: 1 };

/** What both groups' events print, by one name each. */
export interface AnyEvent {
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

/** What is printed of an event of the core group. */
export const fromCore = (event: CoreV1Event): AnyEvent => ({
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

/** What is printed of an event of `events.k8s.io`. */
export const fromEvents = (event: EventsV1Event): AnyEvent => ({
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
export function eventTable<T extends CoreV1Event | EventsV1Event>(
  view: (event: T) => AnyEvent,
): TableConvertor {
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
