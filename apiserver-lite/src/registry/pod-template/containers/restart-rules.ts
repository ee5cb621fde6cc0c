import type { V1Container } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { notSupported, required, tooMany } from '../../fields/field-errors.ts';
import { each, oneOfIfSet } from '../../fields/rules.ts';

const policies = ['Always', 'Never', 'OnFailure'];
const actions = ['Restart', 'RestartAllContainers'];
const operators = ['In', 'NotIn'];
const most = { rules: 20, codes: 255 };

/** When one container restarts, whatever the Pod says (KEP-5307). */
export function validateRestart(container: V1Container, field: string): FieldError[] {
  const { restartPolicy, restartPolicyRules: rules } = container;
  const path = `${field}.restartPolicyRules`;
  const findings = oneOfIfSet(`${field}.restartPolicy`, restartPolicy, policies);
  const count = rules?.length ?? 0;
  if (count === 0) return findings;
  if (restartPolicy === undefined || restartPolicy === null) {
    findings.push(
      required(`${field}.restartPolicy`, 'must specify restartPolicy when restart rules are used'),
    );
  }
  if (count > most.rules) findings.push(tooMany(path, count, most.rules));
  return [
    ...findings,
    ...each(rules, path, ({ action, exitCodes }, place) => {
      const found = actions.includes(action) ? [] : [notSupported(`${place}.action`, action ?? '', actions)];
      if (!exitCodes) return [...found, required(`${place}.exitCodes`, 'must be specified')];
      const { operator } = exitCodes;
      if (!operators.includes(operator)) {
        found.push(notSupported(`${place}.exitCodes.operator`, operator ?? '', operators));
      }
      const codes = exitCodes.values?.length ?? 0;
      if (codes > most.codes) found.push(tooMany(`${place}.exitCodes.values`, codes, most.codes));
      return found;
    }),
  ];
}

/** The same of a container that runs before the others: without a policy its rules are not judged. */
export function validateInitRestart(container: V1Container, field: string): FieldError[] {
  const { restartPolicy, restartPolicyRules: rules = [] } = container;
  if (restartPolicy !== undefined && restartPolicy !== null) return validateRestart(container, field);
  const detail = 'must specify restartPolicy when restart rules are used';
  return rules.length > 0 ? [required(`${field}.restartPolicy`, detail)] : [];
}
