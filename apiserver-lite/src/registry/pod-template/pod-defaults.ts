import { existing, fill, fillNumbers, fillText, items, type Fields } from '../fields/fill.ts';
import { joinFirst } from '../fields/first-of-list.ts';
import { pullPolicy } from './containers/image-reference.ts';
import { defaultPodLevelResources, requestLimits } from './resources/pod-resource-defaults.ts';
import { roundRequirements, roundResourceList, roundResourceLists } from '../fields/resource-list.ts';
import { defaultVolume } from './volumes/volume-defaults.ts';

function defaultHttpGet(handler: Fields | undefined): void {
  const httpGet = existing(handler, 'httpGet');
  if (httpGet !== undefined) fillText(httpGet, { path: '/', scheme: 'HTTP' });
}

const probeNumbers = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };

function defaultProbe(probe: Fields | undefined): void {
  if (probe === undefined) return;
  fillNumbers(probe, probeNumbers);
  defaultHttpGet(probe);
  const grpc = existing(probe, 'grpc');
  if (grpc !== undefined) fill(grpc, { service: '' });
}

const containerTexts = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};

function defaultContainer(container: Fields): void {
  fillText(container, containerTexts);
  // Looked at only where it matters: every object that is read comes by here.
  if (!container['imagePullPolicy']) {
    container['imagePullPolicy'] = pullPolicy(String(container['image'] ?? ''));
  }
  fill(container, { resources: {} });
  roundRequirements(existing(container, 'resources'));
  for (const port of items(container, 'ports')) fillText(port, { protocol: 'TCP' });
  for (const variable of items(container, 'env')) {
    const from = existing(variable, 'valueFrom');
    const reference = existing(from, 'fieldRef');
    if (reference !== undefined) fillText(reference, { apiVersion: 'v1' });
    const file = existing(from, 'fileKeyRef');
    if (file !== undefined) fill(file, { optional: false });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    defaultProbe(existing(container, name));
  }
  const lifecycle = existing(container, 'lifecycle');
  defaultHttpGet(existing(lifecycle, 'postStart'));
  defaultHttpGet(existing(lifecycle, 'preStop'));
}

const containerLists = ['containers', 'initContainers', 'ephemeralContainers'];

const specTexts = {
  dnsPolicy: 'ClusterFirst',
  restartPolicy: 'Always',
  schedulerName: 'default-scheduler',
};

/** Defaults of a Pod's spec, in a Pod or in a template (Kubernetes: `core/v1/defaults.go`). */
function defaultPodSpec(spec: Fields): void {
  fillText(spec, specTexts);
  fill(spec, { terminationGracePeriodSeconds: 30, securityContext: {} });
  // The old name of the field says the same as the new one.
  const account = spec['serviceAccountName'] || spec['serviceAccount'];
  if (account) fillText(spec, { serviceAccountName: String(account) });
  if (account) spec['serviceAccount'] = spec['serviceAccountName'];
  for (const volume of items(spec, 'volumes')) defaultVolume(volume);
  for (const list of containerLists) for (const container of items(spec, list)) defaultContainer(container);
  roundResourceList(existing(spec, 'overhead'));
  roundRequirements(existing(spec, 'resources'));
}

/** A template without a spec stays without: validation says so. */
export function defaultPodTemplate(holder: Fields | undefined, name = 'template'): void {
  const template = existing(holder, name);
  const spec = existing(template, 'spec');
  if (spec !== undefined) defaultPodSpec(spec);
}

const statusLists = ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses'];

function roundStatus(status: Fields | undefined): void {
  if (status === undefined) return;
  roundResourceList(existing(status, 'allocatedResources'));
  roundRequirements(existing(status, 'resources'));
  for (const list of statusLists) {
    for (const container of items(status, list)) {
      roundResourceLists(container, ['allocatedResources']);
      roundRequirements(existing(container, 'resources'));
    }
  }
}

const address = {
  list: 'podIPs',
  read: (item: unknown) => (item as Fields)['ip'],
  make: (ip: unknown) => ({ ip }),
};

/** What only Pods themselves get: templates keep their author's words. */
export function defaultPod(pod: Fields): void {
  joinFirst(existing(pod, 'status'), 'podIP', address);
  const spec = existing(pod, 'spec');
  if (spec === undefined) return;
  for (const list of ['containers', 'initContainers']) {
    for (const container of items(spec, list)) requestLimits(existing(container, 'resources'));
  }
  // Of a Pod, not of a template: what is below zero is the shortest time that there is.
  if (Number(spec['terminationGracePeriodSeconds'] ?? 0) < 0) spec['terminationGracePeriodSeconds'] = 1;
  defaultPodLevelResources(spec);
  defaultPodSpec(spec);
  fill(spec, { enableServiceLinks: true });
  if (spec['hostNetwork'] === true) {
    for (const list of ['containers', 'initContainers']) {
      for (const port of items(spec, list).flatMap((container) => items(container, 'ports'))) {
        if (!port['hostPort']) port['hostPort'] = port['containerPort'];
      }
    }
  }
  roundStatus(existing(pod, 'status'));
}
