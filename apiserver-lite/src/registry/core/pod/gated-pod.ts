import type { V1NodeAffinity, V1NodeSelectorTerm, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { invalidValue } from '../../fields/field-errors.ts';
import { goList, goValue } from '../../fields/go-value.ts';

const hard = 'requiredDuringSchedulingIgnoredDuringExecution';
const added = 'only additions are allowed (no mutations or deletions)';

type Requirements = readonly object[] | undefined | null;

/** Whether the terms that were there are still there, in their places. */
function begins(next: Requirements, old: Requirements): boolean {
  return (old ?? []).every((requirement, index) => isSame(next?.[index], requirement));
}

function validateTerms(
  next: readonly V1NodeSelectorTerm[],
  old: readonly V1NodeSelectorTerm[],
  field: string,
): FieldError[] {
  // Terms are alternatives: another one would let the Pod go where it could not go before.
  if (old.length > 0 && next.length !== old.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    return [invalidValue(field, goList('core.v1.NodeSelectorTerm', next), detail)];
  }
  return next.flatMap((term, index) => {
    const before = old[index];
    if (before === undefined) return [];
    const isEmpty = ({ matchExpressions, matchFields }: V1NodeSelectorTerm) =>
      (matchExpressions ?? []).length === 0 && (matchFields ?? []).length === 0;
    const value = goValue('core.v1.NodeSelectorTerm', term);
    const path = `${field}[${index}]`;
    if (isEmpty(before)) return isEmpty(term) ? [] : [invalidValue(path, value, added)];
    const kept =
      begins(term.matchExpressions, before.matchExpressions) && begins(term.matchFields, before.matchFields);
    return kept ? [] : [invalidValue(path, value, added)];
  });
}

function validateNodeAffinity(
  next: V1NodeAffinity | undefined,
  old: V1NodeAffinity | undefined,
): FieldError[] {
  const field = 'spec.affinity.nodeAffinity';
  const [now, before] = [next?.[hard], old?.[hard]];
  const had = (before?.nodeSelectorTerms ?? []).length > 0;
  if (!had) return [];
  const path = `${field}.${hard}`;
  if (!now) {
    return [
      invalidValue(
        path,
        goValue('core.v1.NodeSelector', now),
        'no additions/deletions to non-empty NodeSelectorTerms list are allowed',
      ),
    ];
  }
  return validateTerms(
    now.nodeSelectorTerms ?? [],
    before?.nodeSelectorTerms ?? [],
    `${path}.nodeSelectorTerms`,
  );
}

/**
 * A Pod that gates hold back may get node selectors and affinity that are narrower than before (KEP-3838).
 * `masked` takes the old selectors, so that they count as unchanged.
 */
export function allowNarrower(masked: V1PodSpec, old: V1PodSpec): FieldError[] {
  const findings: FieldError[] = [];
  if (!isSame(masked.nodeSelector, old.nodeSelector)) {
    const next = masked.nodeSelector ?? {};
    const kept = Object.entries(old.nodeSelector ?? {}).every(([key, value]) => next[key] === value);
    if (!kept) {
      const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
      findings.push(invalidValue('spec.nodeSelector', masked.nodeSelector, detail));
    }
    if (old.nodeSelector === undefined) delete masked.nodeSelector;
    else masked.nodeSelector = old.nodeSelector;
  }
  const [next, before] = [masked.affinity?.nodeAffinity, old.affinity?.nodeAffinity];
  if (isSame(next, before)) return findings;
  findings.push(...validateNodeAffinity(next, before));
  const { nodeAffinity: _changed, ...others } = masked.affinity ?? {};
  if (before !== undefined) masked.affinity = { ...others, nodeAffinity: before };
  else if (old.affinity === undefined && Object.keys(others).length === 0) delete masked.affinity;
  else masked.affinity = others;
  return findings;
}
