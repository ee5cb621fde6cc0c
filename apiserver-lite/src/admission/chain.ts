import type { AdmissionAttributes, AdmissionOperation } from './attributes.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** The configured plugins, called in order (Kubernetes: `admission.Interface`). */
export interface Admission {
  /** Whether any plugin wants to see the operation: without one, nothing has to be prepared for the call. */
  handles(operation: AdmissionOperation): boolean;
  /** The mutating phase. Throws the first plugin's refusal. */
  admit(attributes: AdmissionAttributes): Promise<void>;
  /** The validating phase. Throws the first plugin's refusal. */
  validate(attributes: AdmissionAttributes): Promise<void>;
}

/**
 * Calls every plugin that handles the operation, in the given order; the first refusal ends it. Where a
 * plugin of the mutating phase requests it, the phase runs a second time, never more often (Kubernetes:
 * `admission.WithReinvocation`).
 */
export function admissionChain(plugins: readonly AdmissionPlugin[]): Admission {
  const handling = (operation: AdmissionOperation) =>
    plugins.filter(({ operations }) => operations.includes(operation));
  const byOperation: Readonly<Record<AdmissionOperation, readonly AdmissionPlugin[]>> = {
    CREATE: handling('CREATE'),
    UPDATE: handling('UPDATE'),
    DELETE: handling('DELETE'),
    CONNECT: handling('CONNECT'),
  };
  const mutate = async (attributes: AdmissionAttributes): Promise<void> => {
    for (const plugin of byOperation[attributes.operation]) await plugin.admit?.(attributes);
  };
  return {
    handles: (operation) => byOperation[operation].length > 0,
    async admit(attributes) {
      await mutate(attributes);
      const { reinvocation } = attributes;
      if (!reinvocation.shouldReinvoke) return;
      reinvocation.isReinvoke = true;
      await mutate(attributes);
    },
    async validate(attributes) {
      for (const plugin of byOperation[attributes.operation]) await plugin.validate?.(attributes);
    },
  };
}

/** Admission without plugins. */
export const noAdmission: Admission = admissionChain([]);
