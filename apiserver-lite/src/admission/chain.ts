import type { AdmissionAttributes, AdmissionOperation } from './attributes.ts';
import {
  type AdmissionMetrics,
  type AdmissionPhase,
  type TimedCalls,
  uncountedAdmission,
} from '../metrics/admission-metrics.ts';
import type { AdmissionPlugin } from './plugin.ts';

/** The configured plugins, called in order (Kubernetes: `admission.Interface`). */
export interface Admission {
  /** Whether any plugin wants to see the operation: without one, nothing has to be prepared for the call. */
  handles(operation: AdmissionOperation): boolean;
  /** The mutating phase. Throws the first plugin's refusal. */
  admit(attributes: AdmissionAttributes): Promise<void>;
  /** The validating phase. Throws the first plugin's refusal. */
  validate(attributes: AdmissionAttributes): Promise<void>;
  /** Lets every plugin load what it looks up; resolves when all have. */
  start(): Promise<void>;
}

/** A plugin by its name in flags, metrics and messages. */
export interface NamedPlugin {
  name: string;
  plugin: AdmissionPlugin;
}

type Call = (attributes: AdmissionAttributes) => Promise<void> | void;

/** The calls of one phase for one operation. */
interface Phase {
  plugins: readonly { call: Call; timed: TimedCalls }[];
  timed: TimedCalls;
}

const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const satisfies readonly AdmissionOperation[];

/**
 * Calls every plugin that handles the operation, in the given order; the first refusal ends it. Where a
 * plugin of the mutating phase requests it, the phase runs a second time, never more often (Kubernetes:
 * `admission.WithReinvocation`).
 */
export function admissionChain(
  plugins: readonly NamedPlugin[],
  metrics: AdmissionMetrics = uncountedAdmission,
): Admission {
  const phase = (name: AdmissionPhase, operation: AdmissionOperation): Phase => ({
    timed: metrics.step(name, operation),
    plugins: plugins
      .filter(({ plugin }) => plugin.operations.includes(operation) && plugin[name] !== undefined)
      .map(({ name: pluginName, plugin }) => ({
        call: (attributes) => plugin[name]?.(attributes),
        timed: metrics.plugin(pluginName, name, operation),
      })),
  });
  const phases = (name: AdmissionPhase): Readonly<Record<AdmissionOperation, Phase>> =>
    Object.fromEntries(operations.map((operation) => [operation, phase(name, operation)])) as Record<
      AdmissionOperation,
      Phase
    >;
  const [mutating, validating] = [phases('admit'), phases('validate')];
  const handled = new Set(plugins.flatMap(({ plugin }) => plugin.operations));
  return {
    async start() {
      await Promise.all(plugins.map(({ plugin }) => plugin.start?.()));
    },
    handles: (operation) => handled.has(operation),
    admit: (attributes) =>
      timed(mutating[attributes.operation].timed, async () => {
        await run(mutating[attributes.operation], attributes);
        const { reinvocation } = attributes;
        if (!reinvocation.shouldReinvoke) return;
        reinvocation.isReinvoke = true;
        await run(mutating[attributes.operation], attributes);
      }),
    validate: (attributes) =>
      timed(validating[attributes.operation].timed, () => run(validating[attributes.operation], attributes)),
  };
}

async function run({ plugins }: Phase, attributes: AdmissionAttributes): Promise<void> {
  for (const { call, timed: calls } of plugins) await timed(calls, () => call(attributes));
}

async function timed(calls: TimedCalls, work: () => Promise<void> | void): Promise<void> {
  const began = performance.now();
  let rejected = true;
  try {
    const working = work();
    if (working instanceof Promise) await working;
    rejected = false;
  } finally {
    calls.record(rejected, (performance.now() - began) / 1000);
  }
}

/** Admission without plugins. */
export const noAdmission: Admission = admissionChain([]);
