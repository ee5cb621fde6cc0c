import type { V1Pod } from '@pg8s/k8s-proto/generated/models';
import { isSame } from '../../../registry/generic/copy-object.ts';
import { mirrorAnnotation, referencedObjects } from './mirror-pods.ts';
import { nodes, pods, quoted, refuse, type NodeRequest } from './node-request.ts';

/** Mirror Pods of its own, their deletion, and the status and the eviction of Pods that run on the node. */
export function checkPod(request: NodeRequest): Promise<void> | void {
  const { subresource } = request.attributes;
  switch (subresource) {
    case '':
      return checkPodItself(request);
    case 'status':
      return checkStatus(request);
    case 'eviction':
      return checkEviction(request);
    default:
      throw refuse(
        request,
        `unexpected pod subresource ${quoted(subresource)}, only 'status' and 'eviction' are allowed`,
      );
  }
}

async function checkPodItself(request: NodeRequest): Promise<void> {
  const { node, attributes, read } = request;
  const { operation, namespace, name } = attributes;
  if (operation === 'CREATE') return checkMirrorPod(request);
  if (operation !== 'DELETE') {
    throw refuse(
      request,
      `unexpected operation ${quoted(operation)}, node ${quoted(node)} can only create and delete mirror pods`,
    );
  }
  const pod = (await read(pods, namespace, name)) as V1Pod;
  if (pod.spec?.nodeName !== node) {
    throw refuse(request, `node ${quoted(node)} can only delete pods with spec.nodeName set to itself`);
  }
}

async function checkMirrorPod(request: NodeRequest): Promise<void> {
  const { node, attributes, read } = request;
  const pod = attributes.object as V1Pod;
  const who = `node ${quoted(node)}`;
  if (!Object.hasOwn(pod.metadata?.annotations ?? {}, mirrorAnnotation)) {
    throw refuse(
      request,
      `pod does not have ${quoted(mirrorAnnotation)} annotation, ${who} can only create mirror pods`,
    );
  }
  if (pod.spec?.nodeName !== node) {
    throw refuse(request, `${who} can only create pods with spec.nodeName set to itself`);
  }
  const [owner, ...others] = pod.metadata?.ownerReferences ?? [];
  if (others.length > 0) {
    throw refuse(request, `${who} can only create pods with a single owner reference set to itself`);
  }
  if (owner === undefined || owner.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    throw refuse(request, `${who} can only create pods with an owner reference set to itself`);
  }
  if (owner.controller !== true) {
    throw refuse(request, `${who} can only create pods with a controller owner reference set to itself`);
  }
  if (owner.blockOwnerDeletion === true) {
    throw refuse(request, `${who} must not set blockOwnerDeletion on an owner reference`);
  }
  const { uid = '' } = (await read(nodes, '', node)).metadata;
  if (owner.uid !== uid) {
    throw refuse(request, `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`);
  }
  const referenced = referencedObjects(pod);
  if (referenced === undefined) return;
  throw refuse(
    request,
    'unknown' in referenced
      ? `error checking mirror pod for API references: ${referenced.unknown}`
      : `${who} can not create pods that reference ${referenced.resource}`,
  );
}

function checkStatus(request: NodeRequest): void {
  const { node, attributes } = request;
  if (attributes.operation !== 'UPDATE') {
    throw refuse(request, `unexpected operation ${quoted(attributes.operation)}`);
  }
  const old = attributes.oldObject as V1Pod;
  const pod = attributes.object as V1Pod;
  const who = `node ${quoted(node)}`;
  if (old.spec?.nodeName !== node) {
    throw refuse(request, `${who} can only update pod status for pods with spec.nodeName set to itself`);
  }
  if (!isSame(old.metadata?.labels ?? {}, pod.metadata?.labels ?? {})) {
    throw refuse(request, `${who} cannot update labels through pod status`);
  }
  if (!isSame(old.status?.resourceClaimStatuses, pod.status?.resourceClaimStatuses)) {
    // Kubernetes spells it so.
    throw refuse(request, `${who} cannot update resource claim statues`);
  }
  if (!isSame(old.status?.extendedResourceClaimStatus, pod.status?.extendedResourceClaimStatus)) {
    throw refuse(request, `${who} cannot update extended resource claim status`);
  }
}

async function checkEviction(request: NodeRequest): Promise<void> {
  const { node, attributes, read } = request;
  const { operation, namespace, name } = attributes;
  if (operation !== 'CREATE') throw refuse(request, `unexpected operation ${operation}`);
  const pod = (await read(pods, namespace, name)) as V1Pod;
  if (pod.spec?.nodeName !== node) {
    throw refuse(request, `node ${node} can only evict pods with spec.nodeName set to itself`);
  }
}
