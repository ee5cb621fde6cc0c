import type {
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1PodSpec,
  V1ReplicaSet,
  V1ReplicationController,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
  V2MetricSpec,
  V2MetricStatus,
} from '@kubernetes/client-node';
import { humanDuration } from '@pg8s/k8s-proto/duration';
import type { TableConvertor } from '../rest.ts';
import { formatLabelSelector } from '../generic/label-selector.ts';
import { age, ageColumn, column, nameColumn, tableOf, type Column } from './column.ts';

const wide = { priority: 1 };
const integer = { type: 'integer' as const };

/** Lists that Go always writes are null where they are empty. */
function containers({ containers }: Partial<V1PodSpec> = {}): string {
  return (containers ?? []).map(({ name }) => name).join(',');
}

function images({ containers }: Partial<V1PodSpec> = {}): string {
  return (containers ?? []).map(({ image = '' }) => image).join(',');
}

const selector = (value: unknown) => formatLabelSelector(value) || '<none>';

interface Workload {
  spec?: { template?: { spec?: V1PodSpec }; selector?: unknown };
}

/** What the Pods of a workload run, and how it finds them. */
function templateColumns<T extends Workload>(withSelector = true): Column<T>[] {
  const both: Column<T>[] = [
    column('Containers', ({ spec }) => containers(spec?.template?.spec), wide),
    column('Images', ({ spec }) => images(spec?.template?.spec), wide),
  ];
  return withSelector ? [...both, column('Selector', ({ spec }) => selector(spec?.selector), wide)] : both;
}

const deployment = tableOf<V1Deployment>([
  nameColumn(),
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`, {
    description: 'Ready pods, of all that are wanted.',
  }),
  column('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0, integer),
  column('Available', ({ status }) => status?.availableReplicas ?? 0, integer),
  ageColumn(),
  ...templateColumns<V1Deployment>(),
]);

const replicaSet = tableOf<V1ReplicaSet | V1ReplicationController>([
  nameColumn(),
  column('Desired', ({ spec }) => spec?.replicas ?? 0, integer),
  column('Current', ({ status }) => status?.replicas ?? 0, integer),
  column('Ready', ({ status }) => status?.readyReplicas ?? 0, integer),
  ageColumn(),
  ...templateColumns<V1ReplicaSet | V1ReplicationController>(),
]);

const daemonSet = tableOf<V1DaemonSet>([
  nameColumn(),
  column('Desired', ({ status }) => status?.desiredNumberScheduled ?? 0, integer),
  column('Current', ({ status }) => status?.currentNumberScheduled ?? 0, integer),
  column('Ready', ({ status }) => status?.numberReady ?? 0, integer),
  column('Up-to-date', ({ status }) => status?.updatedNumberScheduled ?? 0, integer),
  column('Available', ({ status }) => status?.numberAvailable ?? 0, integer),
  column('Node Selector', ({ spec }) => selector(spec?.template.spec?.nodeSelector)),
  ageColumn(),
  ...templateColumns<V1DaemonSet>(),
]);

const statefulSet = tableOf<V1StatefulSet>([
  nameColumn(),
  column('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  ageColumn(),
  ...templateColumns<V1StatefulSet>(false),
]);

function jobStatus({ status, spec, metadata }: V1Job): string {
  const has = (type: string) =>
    (status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True');
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended') || spec?.suspend === true) return 'Suspended';
  if (has('FailureTarget')) return 'FailureTarget';
  if (has('SuccessCriteriaMet')) return 'SuccessCriteriaMet';
  return 'Running';
}

function jobCompletions({ spec, status }: V1Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration({ status }: V1Job, nowMs: number): string {
  const startMs = Date.parse(String(status?.startTime ?? ''));
  if (Number.isNaN(startMs)) return '';
  const endMs = Date.parse(String(status?.completionTime ?? ''));
  return humanDuration((Number.isNaN(endMs) ? nowMs : endMs) - startMs);
}

const job = tableOf<V1Job>([
  nameColumn(),
  column('Status', jobStatus),
  column('Completions', jobCompletions),
  column('Duration', jobDuration),
  ageColumn(),
  ...templateColumns<V1Job>(),
]);

const cronJob = tableOf<V1CronJob>([
  nameColumn(),
  column('Schedule', ({ spec }) => spec?.schedule ?? ''),
  column('Timezone', ({ spec }) => spec?.timeZone ?? '<none>'),
  column('Suspend', ({ spec }) => (spec?.suspend === true ? 'True' : 'False'), { type: 'boolean' }),
  column('Active', ({ status }) => status?.active?.length ?? 0, integer),
  column('Last Schedule', ({ status }, nowMs) =>
    status?.lastScheduleTime === undefined ? '<none>' : age(status.lastScheduleTime, nowMs),
  ),
  ageColumn(),
  column('Containers', ({ spec }) => containers(spec?.jobTemplate.spec?.template.spec), wide),
  column('Images', ({ spec }) => images(spec?.jobTemplate.spec?.template.spec), wide),
  column('Selector', ({ spec }) => selector(spec?.jobTemplate.spec?.selector), wide),
]);

const controllerRevision = tableOf<V1ControllerRevision>([
  nameColumn(),
  column('Controller', ({ metadata }) => {
    const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) return '<none>';
    const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
    return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
  }),
  column('Revision', ({ revision }) => revision, integer),
  ageColumn(),
]);

/** `current/target` of one metric of an autoscaler. */
function metricText(spec: V2MetricSpec, status: V2MetricStatus | undefined): string {
  const unknown = '<unknown>';
  const resource = spec.resource ?? spec.containerResource;
  if (resource !== undefined) {
    const current = status?.resource?.current ?? status?.containerResource?.current;
    if (resource.target.averageValue !== undefined) {
      return `${resource.name}: ${current?.averageValue ?? unknown}/${resource.target.averageValue}`;
    }
    const used = current?.averageUtilization === undefined ? unknown : `${current.averageUtilization}%`;
    const wanted =
      resource.target.averageUtilization === undefined ? '<auto>' : `${resource.target.averageUtilization}%`;
    return `${resource.name}: ${used}/${wanted}`;
  }
  const source = spec.external ?? spec.object ?? spec.pods;
  const current = (status?.external ?? status?.object ?? status?.pods)?.current;
  if (source?.target.averageValue !== undefined) {
    return `${current?.averageValue ?? unknown}/${source.target.averageValue} (avg)`.replace(
      spec.pods === undefined ? '' : ' (avg)',
      '',
    );
  }
  return `${current?.value ?? unknown}/${source?.target.value ?? unknown}`;
}

function targets({ spec, status }: V2HorizontalPodAutoscaler): string {
  const metrics = spec?.metrics ?? [];
  if (metrics.length === 0) return '<none>';
  const shown = metrics
    .slice(0, 2)
    .map((metric, index) => metricText(metric, status?.currentMetrics?.[index]));
  const more = metrics.length - shown.length;
  return more > 0 ? `${shown.join(', ')} + ${more} more...` : shown.join(', ');
}

const autoscaler = tableOf<V2HorizontalPodAutoscaler>([
  nameColumn(),
  column('Reference', ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`),
  column('Targets', targets),
  column('MinPods', ({ spec }) => spec?.minReplicas ?? '<unset>'),
  column('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0),
  column('Replicas', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn(),
]);

/** Tables of what runs Pods, by `group/Kind`. */
export const workloadTables: Readonly<Record<string, TableConvertor>> = {
  '/ReplicationController': replicaSet,
  'apps/ControllerRevision': controllerRevision,
  'apps/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'apps/StatefulSet': statefulSet,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'batch/CronJob': cronJob,
  'batch/Job': job,
};
