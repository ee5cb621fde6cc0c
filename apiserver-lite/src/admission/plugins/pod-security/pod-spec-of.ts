import type { V1ObjectMeta, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { groupResourceName, type GroupResource } from '../../../api-errors/status-error.ts';
import type { JudgedPod } from './check.ts';

interface Template {
  metadata?: V1ObjectMeta;
  spec?: V1PodSpec;
}

interface WithTemplate {
  template?: Template;
  spec?: { template?: Template; jobTemplate?: { spec?: { template?: Template } } };
}

const inSpec = ({ spec }: WithTemplate) => spec?.template;

/** Where the template of a Pod is, in the objects of resources that have one. */
const templates: ReadonlyMap<string, (object: WithTemplate) => Template | undefined> = new Map([
  ['replicationcontrollers', inSpec],
  ['podtemplates', ({ template }: WithTemplate) => template],
  ['replicasets.apps', inSpec],
  ['deployments.apps', inSpec],
  ['statefulsets.apps', inSpec],
  ['daemonsets.apps', inSpec],
  ['jobs.batch', inSpec],
  ['cronjobs.batch', ({ spec }: WithTemplate) => spec?.jobTemplate?.spec?.template],
]);

/** Whether objects of the resource have the template of a Pod. */
export function hasTemplate(resource: GroupResource): boolean {
  return templates.has(groupResourceName(resource));
}

/** The template of an object; undefined where it has none. */
export function templateOf(resource: GroupResource, object: KubeObject): JudgedPod | undefined {
  const template = templates.get(groupResourceName(resource))?.(object as WithTemplate);
  return template == null ? undefined : judged(template);
}

/** A Pod, as checks look at it. */
export function judged({ metadata, spec }: Template): JudgedPod {
  return { annotations: metadata?.annotations ?? {}, spec: spec ?? ({ containers: [] } as V1PodSpec) };
}
