import type { V1Container, V1ContainerPort, V1ContainerResizePolicy } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notFoundValue,
  required,
} from '../../fields/field-errors.ts';
import { dns1123Label, validPortName, validPortNumber } from '../../fields/formats.ts';
import { isGiven } from '../../fields/given-value.ts';
import { each, named, oneOf } from '../../fields/rules.ts';
import { validateEnvironment, validateEnvironmentFrom } from './environment.ts';
import { validateDevices, validateMounts, type Volumes } from './mounts.ts';
import { validateLifecycle, validateProbe } from './probe.ts';
import { validateResources } from '../resources/resources.ts';
import { validateInitRestart, validateRestart } from './restart-rules.ts';
import { validateSecurityContext } from '../security/security-context.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const messagePolicies = ['File', 'FallbackToLogsOnError'];
const resizable = ['cpu', 'memory'];
const resizePolicies = ['NotRequired', 'RestartContainer'];

/** What of the Pod its containers depend on. */
export interface ContainerRules {
  volumes: Volumes;
  claims: ReadonlySet<string>;
  hostUsers: boolean;
  restartPolicy: string | undefined;
  graceSeconds: number | undefined;
}

function validatePorts(ports: readonly V1ContainerPort[] | undefined, field: string): FieldError[] {
  const names = new Set<string>();
  return each(ports, field, ({ name, containerPort, hostPort, protocol }, path) => {
    const findings: FieldError[] = [];
    if (name) {
      const wrong = invalidEach(`${path}.name`, name, validPortName(name));
      findings.push(...wrong);
      if (wrong.length === 0 && names.has(name)) findings.push(duplicate(`${path}.name`, name));
      names.add(name);
    }
    if (!containerPort) findings.push(required(`${path}.containerPort`));
    else
      findings.push(...invalidEach(`${path}.containerPort`, containerPort, validPortNumber(containerPort)));
    if (hostPort) findings.push(...invalidEach(`${path}.hostPort`, hostPort, validPortNumber(hostPort)));
    return [...findings, ...oneOf(`${path}.protocol`, protocol, protocols)];
  });
}

function validateResizePolicy(
  policies: readonly V1ContainerResizePolicy[] | undefined,
  field: string,
  podRestartPolicy: string | undefined,
): FieldError[] {
  const seen = new Set<string>();
  return each(policies, field, ({ resourceName, restartPolicy }, path) => {
    const findings = seen.has(resourceName) ? [duplicate(path, resourceName)] : [];
    seen.add(resourceName);
    findings.push(...oneOf(field, resourceName, resizable), ...oneOf(field, restartPolicy, resizePolicies));
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      const detail = "must be 'NotRequired' when pod `restartPolicy` is 'Never'";
      findings.push(invalidValue(field, restartPolicy, detail));
    }
    return findings;
  });
}

/** What every kind of container has (Kubernetes: `core/validation.validateContainerCommon`). */
function validateCommon(container: V1Container, field: string, rules: ContainerRules): FieldError[] {
  const { volumes, claims, hostUsers, restartPolicy } = rules;
  return [
    ...named(`${field}.name`, container.name, dns1123Label),
    ...(container.image ? [] : [required(`${field}.image`)]),
    ...oneOf(`${field}.terminationMessagePolicy`, container.terminationMessagePolicy, messagePolicies),
    ...validatePorts(container.ports, `${field}.ports`),
    ...validateEnvironment(container.env, `${field}.env`),
    ...validateEnvironmentFrom(container.envFrom, `${field}.envFrom`),
    ...validateMounts(container, volumes, `${field}.volumeMounts`),
    ...validateDevices(container, volumes, `${field}.volumeDevices`),
    ...oneOf(`${field}.imagePullPolicy`, container.imagePullPolicy, pullPolicies),
    ...validateResources(container.resources, `${field}.resources`, { claims }),
    ...validateResizePolicy(container.resizePolicy, `${field}.resizePolicy`, restartPolicy),
    ...validateSecurityContext(container.securityContext, `${field}.securityContext`, hostUsers),
  ];
}

function validateProbes(
  container: V1Container,
  field: string,
  { graceSeconds }: ContainerRules,
): FieldError[] {
  return [
    ...validateLifecycle(container.lifecycle, `${field}.lifecycle`, graceSeconds),
    ...validateProbe(container.livenessProbe, `${field}.livenessProbe`, 'liveness'),
    ...validateProbe(container.readinessProbe, `${field}.readinessProbe`, 'readiness'),
    ...validateProbe(container.startupProbe, `${field}.startupProbe`, 'startup'),
  ];
}

/** A node's port is taken once, by one container. */
function validateHostPorts(container: V1Container, field: string, taken: Set<string>): FieldError[] {
  return each(container.ports, `${field}.ports`, ({ protocol = '', hostIP = '', hostPort }, path) => {
    if (!hostPort) return [];
    const id = `${protocol}/${hostIP}/${hostPort}`;
    if (taken.has(id)) return [duplicate(`${path}.hostPort`, id)];
    taken.add(id);
    return [];
  });
}

/** The containers that make the Pod; there is one at least. */
export function validateContainers(
  containers: readonly V1Container[] | undefined,
  field: string,
  rules: ContainerRules,
): FieldError[] {
  if ((containers ?? []).length === 0) return [required(field)];
  const names = new Set<string>();
  const taken = new Set<string>();
  return [
    ...each(containers, field, (container, path) => {
      const findings = validateCommon(container, path, rules);
      if (names.has(container.name)) findings.push(duplicate(`${path}.name`, container.name));
      names.add(container.name);
      findings.push(...validateProbes(container, path, rules), ...validateRestart(container, path));
      return findings;
    }),
    ...each(containers, field, (container, path) => validateHostPorts(container, path, taken)),
  ];
}

const notForInit = "must not be set to 'RestartContainer' for non-sidecar initContainers";
const forRunning = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** Containers that run before the others; the ones that always restart are sidecars and are probed too. */
export function validateInitContainers(
  containers: readonly V1Container[] | undefined,
  field: string,
  rules: ContainerRules & { regular: readonly V1Container[] },
): FieldError[] {
  const names = new Set(rules.regular.map(({ name }) => name));
  return each(containers, field, (container, path) => {
    const { name, restartPolicy } = container;
    const findings = [...validateCommon(container, path, rules), ...validateInitRestart(container, path)];
    if (names.has(name)) findings.push(duplicate(`${path}.name`, name));
    else if (name) names.add(name);
    // The path is that of the list: kube-apiserver looks at each as at a list of one.
    findings.push(...validateHostPorts(container, `${field}[0]`, new Set()));
    if (restartPolicy === 'Always') return [...findings, ...validateProbes(container, path, rules)];
    const detail = 'may not be set for init containers without restartPolicy=Always';
    const extra = forRunning.filter((part) => container[part] !== undefined);
    return [
      ...findings,
      ...extra.map((part) => forbiddenField(`${path}.${part}`, detail)),
      ...each(container.resizePolicy, `${path}.resizePolicy`, (policy, place) =>
        policy.restartPolicy === 'RestartContainer'
          ? [invalidValue(`${place}.restartPolicy`, policy.restartPolicy, notForInit)]
          : [],
      ),
    ];
  });
}

type EphemeralContainer = V1Container & { targetContainerName?: string };

const notForDebugging = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

/** Kubernetes: a field that is not Go's zero value; `resources` is a value, so that an empty one is zero. */
function isSet(container: V1Container, part: (typeof notForDebugging)[number]): boolean {
  if (part !== 'resources') return isGiven(container, part);
  return ['limits', 'requests', 'claims'].some((each) => isGiven(container.resources, each));
}

/** Containers for debugging: nothing depends on them (KEP-277). */
export function validateEphemeralContainers(
  containers: readonly EphemeralContainer[] | undefined,
  field: string,
  rules: ContainerRules & { others: readonly V1Container[] },
): FieldError[] {
  const others = new Set(rules.others.map(({ name }) => name));
  const names = new Set(others);
  const detail = 'cannot be set for an Ephemeral Container';
  return each(containers, field, (container, path) => {
    const { name, targetContainerName: target } = container;
    const findings = [...validateCommon(container, path, rules), ...validateImageSpace(container, path)];
    if (names.has(name)) findings.push(duplicate(`${path}.name`, name));
    names.add(name);
    if (target && !others.has(target)) findings.push(notFoundValue(`${path}.targetContainerName`, target));
    const extra = notForDebugging.filter((part) => isSet(container, part));
    findings.push(...extra.map((part) => forbiddenField(`${path}.${part}`, detail)));
    return [
      ...findings,
      ...each(container.volumeMounts, `${path}.volumeMounts`, (mount, place) =>
        (['subPath', 'subPathExpr'] as const)
          .filter((part) => mount[part])
          .map((part) => forbiddenField(`${place}.${part}`, detail)),
      ),
    ];
  });
}

/** Templates may hold an image of blanks; Pods may not. */
export function validateImageSpace({ image = '' }: V1Container, field: string): FieldError[] {
  return image === image.trim()
    ? []
    : [invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace')];
}
