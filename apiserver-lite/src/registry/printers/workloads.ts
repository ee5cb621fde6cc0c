import type {
  V1ControllerRevision,
  V1CronJob,
  V1DaemonSet,
  V1Deployment,
  V1Job,
  V1PodSpec,
  V1ReplicaSet,
  V1ReplicationController,
  V1Scale,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from '@pg8s/k8s-proto/generated/models';
import { humanDuration } from '@pg8s/k8s-proto/duration';
import type { TableConvertor } from '../rest.ts';
import { formatLabelSelector } from '../fields/label-selector-text.ts';
import { metricTargets } from '../autoscaling/horizontal-pod-autoscaler/metric-targets.ts';
import { age, ageColumn, column, nameColumn, tableOf, type Column } from '../table/column.ts';

const wide = { priority: 1 };
const integer = { type: 'integer' as const };

/** Lists that Go always writes are null where they are empty. */
function containers({ containers }: Partial<V1PodSpec> = {}): string {
  return (containers ?? []).map(({ name }) => name).join(',');
}

function images({ containers }: Partial<V1PodSpec> = {}): string {
  return (containers ?? []).map(({ image = '' }) => image).join(',');
}

/** Deployments leave an empty selector empty. */
const deploymentSelector: Column<V1Deployment> = column(
  'Selector',
  ({ spec }) => formatLabelSelector(spec?.selector),
  wide,
);

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
  column('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0),
  column('Available', ({ status }) => status?.availableReplicas ?? 0),
  ageColumn(),
  ...templateColumns<V1Deployment>(false),
  deploymentSelector,
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

function jobStatus({ status, metadata }: V1Job): string {
  const has = (wanted: string) => status?.conditions?.find(({ type }) => type === wanted)?.status === 'True';
  if (has('Complete')) return 'Complete';
  if (has('Failed')) return 'Failed';
  if (metadata?.deletionTimestamp !== undefined) return 'Terminating';
  if (has('Suspended')) return 'Suspended';
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

const suspended: Readonly<Record<string, string>> = { true: 'True', false: 'False' };

const cronJob = tableOf<V1CronJob>([
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

const controllerRevision = tableOf<V1ControllerRevision>([
  nameColumn(),
  column('Controller', ({ metadata }) => {
    const owner = metadata?.ownerReferences?.find(({ controller }) => controller === true);
    if (owner === undefined) return '<none>';
    const [group] = owner.apiVersion.includes('/') ? owner.apiVersion.split('/') : [''];
    return `${owner.kind.toLowerCase()}${group ? `.${group}` : ''}/${owner.name}`;
  }),
  column('Revision', ({ revision }) => revision),
  ageColumn(),
]);

const targets = ({ spec, status }: V2HorizontalPodAutoscaler) =>
  metricTargets(spec?.metrics, status?.currentMetrics ?? []);

const autoscaler = tableOf<V2HorizontalPodAutoscaler>([
  nameColumn(),
  column('Reference', ({ spec }) => `${spec?.scaleTargetRef.kind ?? ''}/${spec?.scaleTargetRef.name ?? ''}`),
  column('Targets', targets),
  column('MinPods', ({ spec }) => String(spec?.minReplicas ?? '<unset>')),
  column('MaxPods', ({ spec }) => spec?.maxReplicas ?? 0),
  column('Replicas', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn(),
]);

/** The table of `scale` subresources. */
export const scaleTable: TableConvertor = tableOf<V1Scale>([
  { ...nameColumn<V1Scale>(), format: '' },
  column('Desired', ({ spec }) => spec?.replicas ?? 0, integer),
  column('Available', ({ status }) => status?.replicas ?? 0, integer),
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
