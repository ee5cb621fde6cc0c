import type { V1Container, V1ContainerPort, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { quantityOf } from '../../fields/rules.ts';
import { visitContainers } from '../operating-system.ts';
import { canonical } from '../resources/resources.ts';

const containerSeccomp = 'container.seccomp.security.alpha.kubernetes.io/';
const appArmor = 'container.apparmor.security.beta.kubernetes.io/';

function forEachContainer(
  spec: V1PodSpec,
  field: string,
  visit: (one: V1Container, path: string) => void,
): void {
  visitContainers(spec, field, (container, path) => {
    visit(container, path);
    return [];
  });
}

/** Parts of a byte, as Kubernetes sees them: it looks at thousandths. */
function isFractional(amount: unknown): boolean {
  const quantity = quantityOf(amount);
  if (quantity === undefined || quantity.scale >= 0) return false;
  return quantity.digits % 10n ** BigInt(-quantity.scale) !== 0n;
}

/** An amount of bytes that is no whole number. */
export function fractionWarnings(
  amounts: Record<string, string> | undefined,
  field: string,
  name: string,
): string[] {
  const amount = amounts?.[name];
  if (amount === undefined || !isFractional(amount)) return [];
  const text = goQuote(canonical(amount));
  return [`${field}[${name}]: fractional byte value ${text} is invalid, must be an integer`];
}

function environmentWarnings({ env }: V1Container, field: string): string[] {
  const seen = new Set<string>();
  return (env ?? []).flatMap(({ name, value = '', valueFrom }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    // A value may build upon the one before it: PATH=$(PATH):/opt.
    const reference = `$(${name})`;
    if (!valueFrom && value !== reference && value.includes(reference)) return [];
    const what = `hides previous definition of ${goQuote(name)}, which may be dropped when using apply`;
    return [`${field}.env[${index}]: ${what}`];
  });
}

/** A Pod, where its annotations stand, and whether it is a template. */
export interface WarnedPod {
  spec: V1PodSpec;
  field: string;
  annotations: Readonly<Record<string, string>>;
  annotated: (key: string) => string;
  isTemplate: boolean;
}

/**
 * Of the Pod's overhead, and of every container: old annotations, parts of bytes, variables that hide others.
 */
export function containerWarnings({ spec, field, annotations, annotated, isTemplate }: WarnedPod): string[] {
  const warnings: string[] = [];
  for (const name of ['memory', 'ephemeral-storage']) {
    warnings.push(...fractionWarnings(spec.overhead, `${field}.overhead`, name));
  }
  forEachContainer(spec, field, (container, path) => {
    const { securityContext, resources } = container;
    const seccomp = `${containerSeccomp}${container.name}`;
    if (!securityContext?.seccompProfile && annotations[seccomp] !== undefined) {
      warnings.push(
        `${annotated(seccomp)}: non-functional in v1.27+; use the "seccompProfile" field instead`,
      );
    }
    const profile = `${appArmor}${container.name}`;
    const hasField = spec.securityContext?.appArmorProfile ?? securityContext?.appArmorProfile;
    if (isTemplate && !hasField && annotations[profile] !== undefined) {
      warnings.push(`${annotated(profile)}: deprecated since v1.30; use the "appArmorProfile" field instead`);
    }
    for (const name of ['memory', 'ephemeral-storage']) {
      warnings.push(
        ...fractionWarnings(resources?.limits, `${path}.resources.limits`, name),
        ...fractionWarnings(resources?.requests, `${path}.resources.requests`, name),
      );
    }
    warnings.push(...environmentWarnings(container, path));
  });
  return warnings;
}

/** How Go prints the struct with its fields. */
function printedPort({
  name = '',
  hostPort = 0,
  containerPort,
  protocol = '',
  hostIP = '',
}: V1ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}

interface Place {
  path: string;
  hostIP: string;
  hostPort: number;
}

/** What two containers' uses of one port are to each other. */
function clash(one: Place, other: Place): string | undefined {
  if (one.hostIP === other.hostIP && one.hostPort === other.hostPort) return 'duplicate';
  if (one.hostPort === 0 || other.hostPort === 0) return 'overlapping';
  // One address, and all of them.
  const ambiguous = one.hostPort === other.hostPort && (one.hostIP === '') !== (other.hostIP === '');
  return ambiguous ? 'dangerously ambiguous' : undefined;
}

/** Names of ports that several containers of a Pod have: the first of them is found. */
export function portNameWarnings(spec: V1PodSpec, field: string): string[] {
  const warnings: string[] = [];
  const first = new Map<string, string>();
  forEachContainer(spec, field, ({ ports }, container) => {
    for (const [index, { name = '' }] of (ports ?? []).entries()) {
      if (name === '') continue;
      const path = `${container}.ports[${index}]`;
      const other = first.get(name);
      if (other === undefined) first.set(name, path);
      else {
        const what = `duplicate port name ${goQuote(name)} with ${other}`;
        warnings.push(`${path}: ${what}, services and probes that select ports by name will use ${other}`);
      }
    }
  });
  return warnings;
}

/** Ports that containers of a Pod have twice, or on an address without a port. */
export function portWarnings(spec: V1PodSpec, field: string): string[] {
  const warnings: string[] = [];
  const taken = new Map<string, Place[]>();
  forEachContainer(spec, field, ({ ports }, container) => {
    for (const [index, port] of (ports ?? []).entries()) {
      const place = {
        path: `${container}.ports[${index}]`,
        hostIP: port.hostIP ?? '',
        hostPort: port.hostPort ?? 0,
      };
      if (place.hostIP !== '' && place.hostPort === 0) {
        warnings.push(`${place.path}: hostIP set without hostPort: ${printedPort(port)}`);
      }
      const id = `${port.containerPort}/${port.protocol ?? ''}`;
      const others = taken.get(id) ?? [];
      for (const other of others) {
        const what = clash(place, other);
        if (what !== undefined) warnings.push(`${place.path}: ${what} port definition with ${other.path}`);
      }
      taken.set(id, [...others, place]);
    }
  });
  return warnings;
}
