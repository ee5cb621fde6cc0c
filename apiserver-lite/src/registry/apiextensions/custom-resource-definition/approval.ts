import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue, required } from '../../fields/field-errors.ts';
import { storedSpec } from './definition.ts';

const annotation = 'api-approved.kubernetes.io';
const rule = `protected groups must have approval annotation "${annotation}"`;
const process = 'see https://github.com/kubernetes/enhancements/pull/1111';

type State = 'missing' | 'bypassed' | 'approved' | 'invalid';

function stateOf(object: KubeObject): State {
  const text = object.metadata.annotations?.[annotation] ?? '';
  if (text === '') return 'missing';
  if (text.startsWith('unapproved')) return 'bypassed';
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/\s]+(?:[/?#]\S*)?$/.test(text) ? 'approved' : 'invalid';
}

/** Groups of the Kubernetes community are for APIs that it approved (Kubernetes: `validateAPIApproval`). */
export function validateApproval(object: KubeObject, old?: KubeObject): FieldError[] {
  const { group = '' } = storedSpec(object);
  if (!/(?:^|\.)(?:k8s|kubernetes)\.io$/.test(group)) return [];
  const state = stateOf(object);
  if (old !== undefined && stateOf(old) === state) return [];
  const field = `metadata.annotations[${annotation}]`;
  if (state === 'missing') return [required(field, `${rule}, ${process}`)];
  if (state !== 'invalid') return [];
  const detail = `${rule} with either a URL or a reason starting with "unapproved", ${process}`;
  return [invalidValue(field, object.metadata.annotations?.[annotation], detail)];
}
