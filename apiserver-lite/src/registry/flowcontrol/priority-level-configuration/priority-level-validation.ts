import type {
  V1ExemptPriorityLevelConfiguration,
  V1LimitedPriorityLevelConfiguration,
  V1PriorityLevelConfiguration,
  V1PriorityLevelConfigurationSpec,
  V1QueuingConfiguration,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { isSame } from '../../generic/copy-object.ts';
import { forbiddenField, invalidValue, required } from '../../fields/field-errors.ts';
import { goValue } from '../../fields/go-value.ts';
import { oneOf } from '../../fields/rules.ts';
import { validateFlowConditions } from '../flow-schema/flow-schema-validation.ts';
import { mandatoryPriorityLevels } from '../mandatory.ts';

const maxQueues = 10_000_000;
const maxHashBits = 60;

type LevelSpec = Partial<V1PriorityLevelConfigurationSpec>;

/**
 * How many requests of a level run at a time, and what becomes of others (Kubernetes:
 * `ValidatePriorityLevelConfiguration`).
 */
export function validatePriorityLevel(object: V1PriorityLevelConfiguration): FieldError[] {
  const spec: LevelSpec = object.spec ?? {};
  const { name = '' } = object.metadata;
  return [...validateSpec(spec, name), ...validateMandatory(spec, name), ...validateFlowConditions(object)];
}

/** Of the level `exempt` only the numbers may change, of others that must be there nothing. */
function validateMandatory(spec: LevelSpec, name: string): FieldError[] {
  const mandatory = Object.hasOwn(mandatoryPriorityLevels, name) ? mandatoryPriorityLevels[name] : undefined;
  if (mandatory === undefined) return [];
  const isExempt = name === 'exempt';
  const wanted = isExempt ? { ...mandatory, exempt: spec.exempt } : mandatory;
  if (isSame(spec, wanted)) return [];
  const but = isExempt ? " except the 'spec.exempt' field" : '';
  const value = goValue('flowcontrol.v1.PriorityLevelConfigurationSpec', spec);
  return [invalidValue('spec', value, `spec of '${name}'${but} must equal the fixed value`)];
}

function validateSpec(spec: LevelSpec, name: string): FieldError[] {
  const { type = '', limited, exempt } = spec;
  const findings: FieldError[] = [];
  if ((name === 'exempt') !== (type === 'Exempt')) {
    const detail = "must be 'Exempt' if and only if `name` is 'exempt'";
    findings.push(invalidValue('spec.type', type, detail));
  }
  if (type === 'Exempt') {
    if (limited) findings.push(forbiddenField('spec.limited', 'must be nil if the type is not Limited'));
    if (exempt) findings.push(...validateShares(exempt, 'spec.exempt'));
  } else if (type === 'Limited') {
    if (exempt) findings.push(forbiddenField('spec.exempt', 'must be nil if the type is Limited'));
    if (limited) findings.push(...validateLimited(limited, 'spec.limited'));
    else findings.push(required('spec.limited', 'must not be empty when type is Limited'));
  } else findings.push(...oneOf('spec.type', type, ['Exempt', 'Limited']));
  return findings;
}

function validateShares(level: V1ExemptPriorityLevelConfiguration, field: string): FieldError[] {
  const { nominalConcurrencyShares: shares = 0 } = level;
  return [
    ...(shares < 0
      ? [invalidValue(`${field}.nominalConcurrencyShares`, shares, 'must be a non-negative integer')]
      : []),
    ...validateLendable(level.lendablePercent, field),
  ];
}

function validateLendable(percent: number | undefined, field: string): FieldError[] {
  return percent !== undefined && (percent < 0 || percent > 100)
    ? [invalidValue(`${field}.lendablePercent`, percent, 'must be between 0 and 100, inclusive')]
    : [];
}

function validateLimited(level: V1LimitedPriorityLevelConfiguration, field: string): FieldError[] {
  const { nominalConcurrencyShares: shares = 0, borrowingLimitPercent: borrowed, limitResponse } = level;
  const findings: FieldError[] = [];
  if (shares < 0) {
    findings.push(
      invalidValue(`${field}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'),
    );
  }
  const { type = '', queuing } = limitResponse ?? {};
  const at = `${field}.limitResponse`;
  if (type === 'Reject') {
    const detail = 'must be nil if limited.limitResponse.type is not Limited';
    if (queuing) findings.push(forbiddenField(`${at}.queuing`, detail));
  } else if (type === 'Queue') {
    const detail = 'must not be empty if limited.limitResponse.type is Limited';
    if (queuing) findings.push(...validateQueuing(queuing, `${at}.queuing`));
    else findings.push(required(`${at}.queuing`, detail));
  } else findings.push(...oneOf(`${at}.type`, type, ['Queue', 'Reject']));
  findings.push(...validateLendable(level.lendablePercent, field));
  if (borrowed !== undefined && borrowed < 0) {
    const detail = 'if specified, must be a non-negative integer';
    findings.push(invalidValue(`${field}.borrowingLimitPercent`, borrowed, detail));
  }
  return findings;
}

function validateQueuing(queuing: V1QueuingConfiguration, field: string): FieldError[] {
  const { queueLengthLimit: length = 0, queues = 0, handSize: hand = 0 } = queuing;
  const findings: FieldError[] = [];
  const refuse = (name: string, value: number, detail: string) =>
    findings.push(invalidValue(`${field}.${name}`, value, detail));
  if (length <= 0) refuse('queueLengthLimit', length, 'must be positive');
  if (queues <= 0) refuse('queues', queues, 'must be positive');
  else if (queues > maxQueues) refuse('queues', queues, `must not be greater than ${maxQueues}`);
  if (hand <= 0) refuse('handSize', hand, 'must be positive');
  else if (hand > queues) refuse('handSize', hand, `should not be greater than queues (${queues})`);
  else if (entropyBits(queues, hand) > maxHashBits) {
    const detail = `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${maxHashBits}`;
    refuse('handSize', hand, detail);
  }
  return findings;
}

/** How many bits of a hash it takes to deal a hand from a deck. */
function entropyBits(deck: number, hand: number): number {
  return Math.ceil(Math.log2(deck) * hand);
}
