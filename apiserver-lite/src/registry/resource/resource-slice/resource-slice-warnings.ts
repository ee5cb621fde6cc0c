import type { KubeObject } from '@pg8s/k8s-proto/object';
import { goQuote } from '../../fields/field-errors.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';

const specOf = <T>(object: KubeObject | undefined) => (object?.['spec'] ?? {}) as Partial<T>;

/** Warns of a driver name with uppercase characters. */
export const resourceSliceWarnings: KindWarnings = (object) => {
  const { driver = '' } = specOf<{ driver: string }>(object);
  const advice = 'driver names should be lowercase';
  return driver === driver.toLowerCase()
    ? []
    : [`spec.driver: ${advice}; ${goQuote(driver)} contains uppercase characters`];
};
