import type { FieldError } from '../../../api-errors/status-error.ts';
import { isJsonObject } from '../../../json/json-value.ts';
import { invalidValue, notSupported } from '../../../registry/fields/field-errors.ts';
import { aggregated } from '../aggregated-messages.ts';

const types = ['Namespace', 'Server', 'SourceAndObject', 'User'] as const;

/** One limit of events. */
export interface EventLimit {
  readonly type: (typeof types)[number];
  readonly qps: number;
  readonly burst: number;
  /** So many buckets are remembered. */
  readonly cacheSize: number;
}

const defaultCacheSize = 4096;
const apiVersion = 'eventratelimit.admission.k8s.io/v1alpha1';

/** Reads a `Configuration` of that group. Throws an Error that names all that is wrong. */
export function eventLimits(configuration: unknown): EventLimit[] {
  const given = isJsonObject(configuration) ? configuration : {};
  if (
    configuration !== undefined &&
    (given['apiVersion'] !== apiVersion || given['kind'] !== 'Configuration')
  ) {
    throw new Error(
      `no kind ${JSON.stringify(given['kind'] ?? '')} is registered for version ${JSON.stringify(given['apiVersion'] ?? '')}`,
    );
  }
  const limits = (Array.isArray(given['limits']) ? given['limits'] : []) as unknown[];
  const errors: FieldError[] = [];
  if (limits.length === 0) errors.push(invalidValue('limits', null, 'must not be empty'));
  const read = limits.map((limit, index): EventLimit => {
    const field = `limits[${index}]`;
    const of = isJsonObject(limit) ? limit : {};
    const { type = '', qps = 0, burst = 0, cacheSize = 0 } = of as Partial<EventLimit>;
    if (!(types as readonly string[]).includes(type)) errors.push(notSupported(`${field}.type`, type, types));
    if (!(burst > 0)) errors.push(invalidValue(`${field}.burst`, burst, 'must be positive'));
    if (!(qps > 0)) errors.push(invalidValue(`${field}.qps`, qps, 'must be positive'));
    if (type !== 'Server' && cacheSize < 0)
      errors.push(invalidValue(`${field}.cacheSize`, cacheSize, 'must not be negative'));
    return { type: type as EventLimit['type'], qps, burst, cacheSize: cacheSize || defaultCacheSize };
  });
  if (errors.length > 0)
    throw new Error(aggregated(errors.map(({ field, message }) => `${field}: ${message}`)));
  return read;
}
