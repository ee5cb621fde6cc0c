import { timestamp } from '../../generic/timestamp.ts';

/** A condition of a definition. */
export interface DefinitionCondition {
  type: string;
  status: string;
  lastTransitionTime?: string;
  reason?: string;
  message?: string;
  observedGeneration?: number;
}

/** What a condition is to say. */
export interface WantedCondition {
  type: ConditionType;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
}

/** The types of conditions that the server keeps on definitions. */
export type ConditionType =
  | 'Established'
  | 'KubernetesAPIApprovalPolicyConformant'
  | 'NamesAccepted'
  | 'NonStructuralSchema'
  | 'Terminating';

/** What has conditions, in whichever version. */
export interface Conditioned {
  status?: { conditions?: DefinitionCondition[] };
}

/** The condition of a type; undefined where there is none. */
export function conditionOf({ status }: Conditioned, type: ConditionType): DefinitionCondition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/** Whether a condition says the same, whenever it came to. */
export function saysSame(known: DefinitionCondition | undefined, wanted: WantedCondition): boolean {
  return (
    known !== undefined &&
    known.status === wanted.status &&
    (known.reason ?? '') === wanted.reason &&
    (known.message ?? '') === wanted.message
  );
}

/**
 * The definition with the condition in the place of the one of its type, or at the end. The time of the last
 * transition changes with the status only (Kubernetes: `apihelpers.SetCRDCondition`).
 */
export function withCondition<T extends Conditioned>(
  definition: T,
  { type, status, reason, message }: WantedCondition,
  nowMs: number,
): T {
  const conditions = definition.status?.conditions ?? [];
  const known = conditions.find((condition) => condition.type === type);
  const lastTransitionTime =
    known?.status === status && known.lastTransitionTime ? known.lastTransitionTime : timestamp(nowMs);
  const condition: DefinitionCondition = { ...known, lastTransitionTime, message, reason, status, type };
  return withConditions(
    definition,
    known === undefined
      ? [...conditions, condition]
      : conditions.map((each) => (each === known ? condition : each)),
  );
}

/** The definition without the condition of that type. */
export function withoutCondition<T extends Conditioned>(definition: T, type: ConditionType): T {
  const conditions = definition.status?.conditions ?? [];
  return withConditions(
    definition,
    conditions.filter((condition) => condition.type !== type),
  );
}

function withConditions<T extends Conditioned>(definition: T, conditions: DefinitionCondition[]): T {
  return { ...definition, status: { ...definition.status, conditions } };
}
