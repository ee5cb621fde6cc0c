import type { AdmissionOperation } from '../attributes.ts';
import type { AdmissionPlugin } from '../plugin.ts';

/**
 * A plugin whose feature gate is off by default in 1.36, so that it looks at nothing; it is called, and
 * counted, for the operations that the stock one handles.
 */
export function gatedOff(
  phase: 'admit' | 'validate',
  operations: readonly AdmissionOperation[],
): () => AdmissionPlugin {
  return () => ({ operations, [phase]() {} });
}
