import type { KubeObject, ObjectMeta } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import { storedSpec } from './definition.ts';

/** The annotation that names the approval of an API. */
export const approvalAnnotation = 'api-approved.kubernetes.io';

const rule = `protected groups must have approval annotation "${approvalAnnotation}"`;
const process = 'see https://github.com/kubernetes/enhancements/pull/1111';

/** What is said where the annotation is missing. */
export const missingApproval = `${rule}, ${process}`;

/** What is said where it is no approval. */
export const wrongApproval = `${rule} with either a URL or a reason starting with "unapproved", ${process}`;

/** What the annotation says. */
export type ApprovalState = 'missing' | 'bypassed' | 'approved' | 'invalid';

/** What the annotation in this metadata says (Kubernetes: `apihelpers.GetAPIApprovalState`). */
export function approvalStateOf({ annotations }: ObjectMeta): ApprovalState {
  const text = annotations?.[approvalAnnotation] ?? '';
  if (text === '') return 'missing';
  if (text.startsWith('unapproved')) return 'bypassed';
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/\s]+(?:[/?#]\S*)?$/.test(text) ? 'approved' : 'invalid';
}

/** Whether a group is one of the Kubernetes community's, whose APIs are approved. */
export function isProtectedGroup(group: string): boolean {
  return /(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group);
}

/** Groups of the Kubernetes community are for APIs that it approved (Kubernetes: `validateAPIApproval`). */
export function validateApproval(object: KubeObject, old?: KubeObject): FieldError[] {
  const { group = '' } = storedSpec(object);
  if (!isProtectedGroup(group)) return [];
  const state = approvalStateOf(object.metadata);
  if (old !== undefined && approvalStateOf(old.metadata) === state) return [];
  const field = `metadata.annotations[${approvalAnnotation}]`;
  if (state === 'missing') return [required(field, missingApproval)];
  if (state !== 'invalid') return [];
  return [invalidValue(field, object.metadata.annotations?.[approvalAnnotation], wrongApproval)];
}
