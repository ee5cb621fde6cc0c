import type { V1ResourceSlice } from '@pg8s/k8s-proto/generated/models';
import { specOf } from '../../fields/spec-and-status.ts';
import { goQuote } from '../../fields/field-errors.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';

/** Warns of a driver name with uppercase characters. */
export const resourceSliceWarnings: KindWarnings<V1ResourceSlice> = (object) => {
  const { driver = '' } = specOf(object);
  const advice = 'driver names should be lowercase';
  return driver === driver.toLowerCase()
    ? []
    : [`spec.driver: ${advice}; ${goQuote(driver)} contains uppercase characters`];
};
