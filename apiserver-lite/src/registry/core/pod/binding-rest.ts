import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { RequestContext } from '../../../http/request-context.ts';
import {
  badRequest,
  conflict,
  notFound,
  StatusError,
  unexplained,
} from '../../../api-errors/status-error.ts';
import type { ResourceStorage } from '../../../storage/storage.ts';
import { copyOf } from '../../generic/copy-object.ts';
import { dryRunStorage } from '../../generic/dry-run-storage.ts';
import { timestamp } from '../../generic/timestamp.ts';
import type { CreateOptions } from '../../rest.ts';
import { notSupported, required } from '../../fields/field-errors.ts';
import { setPodCondition } from './pod-condition.ts';
import type { Pod } from './pod.ts';

interface Binding extends KubeObject {
  target?: { kind?: string; name?: string };
}

const created: KubeObject = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  code: 201,
};

const podResource = { group: '', resource: 'pods' };

function refuse(name: string, cause: string): StatusError {
  return conflict({ group: '', resource: 'pods/binding' }, name, cause);
}

/**
 * Assigns a Pod to a node, once (Kubernetes: `BindingREST`): by a Txn on the Pod, so that of two schedulers
 * one wins. Serves `pods/binding` and `bindings`; the result is a Status.
 */
export function bindPod(pods: ResourceStorage, clock: () => number) {
  // The answer is a Status: nobody sees the Pod that would be stored, and it needs no defaults.
  const kept = { resource: podResource, keyPrefix: podResource.resource };
  const dryRun = dryRunStorage(pods, kept, () => {});
  return async (
    context: RequestContext,
    name: string,
    object: KubeObject,
    options: CreateOptions,
  ): Promise<KubeObject> => {
    const binding = object as Binding;
    const target = binding.target ?? {};
    const { metadata } = binding;
    if ((metadata.name ?? '') !== name) {
      throw badRequest('name in URL does not match name in Binding object');
    }
    const findings = [];
    if (target.kind && target.kind !== 'Node') {
      findings.push(notSupported('target.kind', target.kind, ['Node', '<empty>']));
    }
    if (!target.name) findings.push(required('target.name'));
    if (findings.length > 0) throw unexplained(findings);
    // Only `bindings` can have none.
    if (name === '') throw badRequest('Name parameter required.');
    await options.validate(binding);
    const nodeName = target.name ?? '';
    const key = { namespace: context.requestInfo.namespace, name };
    const assign = (current: KubeObject): KubeObject => {
      const pod = copyOf(current) as Pod;
      if (pod.metadata.deletionTimestamp !== undefined) {
        throw refuse(name, `pod ${name} is being deleted, cannot be assigned to a host`);
      }
      if (pod.spec.nodeName) {
        throw refuse(name, `pod ${name} is already assigned to node ${goQuote(pod.spec.nodeName)}`);
      }
      if ((pod.spec.schedulingGates ?? []).length > 0) {
        throw refuse(name, `pod ${name} has non-empty .spec.schedulingGates`);
      }
      pod.spec.nodeName = nodeName;
      if (metadata.annotations !== undefined) {
        pod.metadata.annotations = { ...pod.metadata.annotations, ...metadata.annotations };
      }
      if (metadata.labels !== undefined) {
        pod.metadata.labels = { ...pod.metadata.labels, ...metadata.labels };
      }
      pod.status = setPodCondition(pod.status, { type: 'PodScheduled', status: 'True' }, timestamp(clock()));
      // The nomination has served its purpose.
      delete pod.status['nominatedNodeName'];
      return pod;
    };
    const writes = options.dryRun ? dryRun : pods;
    await writes.guaranteedUpdate(
      key,
      (current) => {
        if (current === undefined) throw notFound(podResource, name);
        return assign(current.object);
      },
      { preconditions: preconditionsOf(binding) },
    );
    return created;
  };
}

function preconditionsOf({ metadata: { uid, resourceVersion } }: Binding) {
  return {
    ...(uid === undefined || uid === '' ? {} : { uid }),
    ...(resourceVersion === undefined || resourceVersion === '' ? {} : { resourceVersion }),
  };
}
