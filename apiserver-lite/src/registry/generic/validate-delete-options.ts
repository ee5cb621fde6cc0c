import { invalid, type FieldError } from '../../api-errors/status-error.ts';
import { invalidValue, notSupported } from '../fields/field-errors.ts';

/** What is judged of `meta/v1.DeleteOptions`; null counts as not given. */
export interface JudgedDeleteOptions {
  orphanDependents?: boolean | null;
  propagationPolicy?: string | null;
  dryRun?: readonly string[] | null;
}

const policies = ['Foreground', 'Background', 'Orphan'];

/** Throws 422 with every finding (Kubernetes: `meta/v1/validation.ValidateDeleteOptions`). */
export function validateDeleteOptions({
  orphanDependents,
  propagationPolicy,
  dryRun,
}: JudgedDeleteOptions): void {
  const errors: FieldError[] = [];
  const policy = propagationPolicy ?? undefined;
  if (policy !== undefined && typeof orphanDependents === 'boolean') {
    errors.push(
      invalidValue(
        'propagationPolicy',
        policy,
        'orphanDependents and deletionPropagation cannot be both set',
      ),
    );
  }
  if (policy !== undefined && !policies.includes(policy)) {
    errors.push(notSupported('propagationPolicy', policy, [...policies, 'nil']));
  }
  const dryRuns = dryRun ?? [];
  if (!dryRuns.every((value) => value === 'All')) errors.push(notSupported('dryRun', dryRuns, ['All']));
  if (errors.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'DeleteOptions' }, '', errors);
}
