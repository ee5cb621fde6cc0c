import type { ContainerBehaviour } from './behaviour.ts';
import type { ContainerSpec, Probe } from './container-step.ts';

/** After how long a probe is made for the first time. */
export function firstProbeMs({ initialDelaySeconds = 0 }: Probe): number {
  return initialDelaySeconds * 1000;
}

/** After how long a probe that always fails has reached its failure threshold. */
export function failsAfterMs(probe: Probe): number {
  const { periodSeconds = 10, failureThreshold = 3 } = probe;
  return firstProbeMs(probe) + periodSeconds * (failureThreshold - 1) * 1000;
}

/** Failing probes that end the container. */
export function fatalProbes(
  spec: ContainerSpec,
  { failingProbes }: ContainerBehaviour,
): { name: string; probe: Probe }[] {
  return [
    ...(spec.startupProbe && failingProbes.has('startup')
      ? [{ name: 'Startup', probe: spec.startupProbe }]
      : []),
    ...(spec.livenessProbe && failingProbes.has('liveness')
      ? [{ name: 'Liveness', probe: spec.livenessProbe }]
      : []),
  ];
}
