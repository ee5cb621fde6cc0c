import type { V1CronJob } from '@pg8s/k8s-proto/generated/models';
import { containers, images, selector } from '../../pod-template/template-columns.ts';
import { age, ageColumn, column, nameColumn, tableOf } from '../../table/column.ts';

const integer = { type: 'integer' as const };

const wide = { priority: 1 };

const suspended: Readonly<Record<string, string>> = { true: 'True', false: 'False' };

export const cronJobTable = tableOf<V1CronJob>([
  nameColumn(),
  column('Schedule', ({ spec }) => spec?.schedule ?? ''),
  column('Timezone', ({ spec }) => spec?.timeZone ?? '<none>'),
  column('Suspend', ({ spec }) => suspended[String(spec?.suspend)] ?? '<unset>', { type: 'boolean' }),
  column('Active', ({ status }) => status?.active?.length ?? 0, integer),
  column('Last Schedule', ({ status }, nowMs) =>
    status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime, nowMs),
  ),
  ageColumn(),
  column('Containers', ({ spec }) => containers(spec?.jobTemplate.spec?.template.spec), wide),
  column('Images', ({ spec }) => images(spec?.jobTemplate.spec?.template.spec), wide),
  column('Selector', ({ spec }) => selector(spec?.jobTemplate.spec?.selector), wide),
]);
