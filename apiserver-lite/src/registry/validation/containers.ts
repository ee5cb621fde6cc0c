import type {
  V1Container,
  V1ContainerPort,
  V1EnvVar,
  V1LifecycleHandler,
  V1Probe,
  V1ResourceRequirements,
  V1VolumeMount,
} from '@kubernetes/client-node';
import { compareQuantities, parseQuantity, QuantityError, type Quantity } from '@pg8s/k8s-proto/quantity';
import type { FieldError } from '../../server/status-error.ts';
import {
  duplicate,
  forbiddenField,
  invalidEach,
  invalidValue,
  notFoundValue,
  notSupported,
  required,
} from './field-errors.ts';
import { dns1123Label, qualifiedName, validEnvVarName, validPortName, validPortNumber } from './formats.ts';

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const messagePolicies = ['FallbackToLogsOnError', 'File'];
const standardResources = new Set(['cpu', 'memory', 'ephemeral-storage', 'storage']);
const notNegative = 'must be greater than or equal to 0';

function atLeastZero(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && value < 0 ? [invalidValue(field, value, notNegative)] : [];
}

/** A quantity that can be read, or undefined: what cannot was refused when the object was decoded. */
function quantity(text: string | undefined): Quantity | undefined {
  if (text === undefined) return undefined;
  try {
    return parseQuantity(String(text));
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

function validateResourceName(name: string, field: string): FieldError[] {
  const findings = invalidEach(field, name, qualifiedName(name));
  if (findings.length > 0 || name.includes('/')) return findings;
  return standardResources.has(name) || name.startsWith('hugepages-')
    ? []
    : [invalidValue(field, name, 'must be a standard resource for containers')];
}

/** Requests and limits: known names, nothing negative, no request above its limit. */
function validateResources(resources: V1ResourceRequirements | undefined, field: string): FieldError[] {
  const { limits = {}, requests = {} } = resources ?? {};
  const findings: FieldError[] = [];
  const zero = parseQuantity('0');
  for (const [list, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [name, text] of Object.entries(amounts)) {
      const path = `${field}.${list}[${name}]`;
      findings.push(...validateResourceName(name, `${field}.${list}`));
      const amount = quantity(text);
      if (amount !== undefined && compareQuantities(amount, zero) < 0) {
        findings.push(invalidValue(path, text, notNegative));
      }
    }
  }
  for (const [name, text] of Object.entries(requests)) {
    const limit = limits[name];
    const [asked, most] = [quantity(text), quantity(limit)];
    if (asked === undefined || most === undefined) continue;
    const order = compareQuantities(asked, most);
    const overcommits = name === 'cpu' || name === 'memory' || name === 'ephemeral-storage';
    if (overcommits ? order > 0 : order !== 0) {
      const relation = overcommits ? 'less than or equal to' : 'equal to';
      findings.push(
        invalidValue(`${field}.requests`, text, `must be ${relation} ${name} limit of ${limit ?? ''}`),
      );
    }
  }
  return findings;
}

function validatePorts(ports: readonly V1ContainerPort[], field: string): FieldError[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const path = `${field}[${index}]`;
    const findings: FieldError[] = [];
    if (port.name) {
      const wrong = invalidEach(`${path}.name`, port.name, validPortName(port.name));
      findings.push(...wrong);
      if (wrong.length === 0 && names.has(port.name)) findings.push(duplicate(`${path}.name`, port.name));
      names.add(port.name);
    }
    if (!port.containerPort) findings.push(required(`${path}.containerPort`));
    else
      findings.push(
        ...invalidEach(`${path}.containerPort`, port.containerPort, validPortNumber(port.containerPort)),
      );
    if (port.hostPort)
      findings.push(...invalidEach(`${path}.hostPort`, port.hostPort, validPortNumber(port.hostPort)));
    if (!port.protocol) findings.push(required(`${path}.protocol`));
    else if (!protocols.includes(port.protocol))
      findings.push(notSupported(`${path}.protocol`, port.protocol, protocols));
    return findings;
  });
}

function validateEnv(env: readonly V1EnvVar[], field: string): FieldError[] {
  return env.flatMap((variable, index) => {
    const path = `${field}[${index}]`;
    const findings: FieldError[] = [];
    if (!variable.name) findings.push(required(`${path}.name`));
    else findings.push(...invalidEach(`${path}.name`, variable.name, validEnvVarName(variable.name)));
    if (variable.valueFrom === undefined) return findings;
    const sources = Object.values(variable.valueFrom).filter((source) => source !== undefined);
    if (variable.value) {
      findings.push(invalidValue(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty'));
    }
    if (sources.length === 0) {
      findings.push(
        invalidValue(
          `${path}.valueFrom`,
          '',
          'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
        ),
      );
    }
    if (sources.length > 1) {
      findings.push(
        invalidValue(`${path}.valueFrom`, '', 'may not have more than one field specified at a time'),
      );
    }
    for (const kind of ['configMapKeyRef', 'secretKeyRef'] as const) {
      const reference = variable.valueFrom[kind];
      if (reference === undefined) continue;
      if (!reference.name) findings.push(required(`${path}.valueFrom.${kind}.name`));
      if (!reference.key) findings.push(required(`${path}.valueFrom.${kind}.key`));
    }
    return findings;
  });
}

function validateMounts(
  mounts: readonly V1VolumeMount[],
  volumes: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const paths = new Set<string>();
  return mounts.flatMap((mount, index) => {
    const path = `${field}[${index}]`;
    const findings: FieldError[] = [];
    if (!mount.name) findings.push(required(`${path}.name`));
    else if (!volumes.has(mount.name)) findings.push(notFoundValue(`${path}.name`, mount.name));
    if (!mount.mountPath) findings.push(required(`${path}.mountPath`));
    else if (paths.has(mount.mountPath)) {
      findings.push(invalidValue(`${path}.mountPath`, mount.mountPath, 'must be unique'));
    }
    paths.add(mount.mountPath);
    if (mount.subPath && mount.subPathExpr) {
      findings.push(
        invalidValue(
          `${path}.subPathExpr`,
          mount.subPathExpr,
          'subPathExpr and subPath are mutually exclusive',
        ),
      );
    }
    for (const sub of ['subPath', 'subPathExpr'] as const) {
      const value = mount[sub];
      if (value?.startsWith('/'))
        findings.push(invalidValue(`${path}.${sub}`, value, 'must be a relative path'));
      if (value?.split('/').includes('..'))
        findings.push(invalidValue(`${path}.${sub}`, value, "must not contain '..'"));
    }
    return findings;
  });
}

function validatePortReference(port: unknown, field: string): FieldError[] {
  if (typeof port === 'number') return invalidEach(field, port, validPortNumber(port));
  return invalidEach(field, port, validPortName(String(port ?? '')));
}

type Handler = Pick<V1Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & V1LifecycleHandler;

function validateHandler(handler: Handler, field: string): FieldError[] {
  const findings: FieldError[] = [];
  let kinds = 0;
  for (const [name, value] of Object.entries(handler)) {
    if (value === undefined || !['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'].includes(name)) continue;
    kinds += 1;
    if (kinds > 1)
      findings.push(forbiddenField(`${field}.${name}`, 'may not specify more than 1 handler type'));
  }
  if (kinds === 0) return [required(field, 'must specify a handler type')];
  if (kinds > 1) return findings;
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler;
  if (exec !== undefined && (exec.command ?? []).length === 0)
    findings.push(required(`${field}.exec.command`));
  if (httpGet !== undefined) {
    if (!httpGet.path) findings.push(required(`${field}.httpGet.path`));
    findings.push(...validatePortReference(httpGet.port, `${field}.httpGet.port`));
    if (httpGet.scheme && !['HTTP', 'HTTPS'].includes(httpGet.scheme)) {
      findings.push(notSupported(`${field}.httpGet.scheme`, httpGet.scheme, ['HTTP', 'HTTPS']));
    }
  }
  if (tcpSocket !== undefined)
    findings.push(...validatePortReference(tcpSocket.port, `${field}.tcpSocket.port`));
  if (grpc !== undefined)
    findings.push(...invalidEach(`${field}.grpc.port`, grpc.port, validPortNumber(grpc.port)));
  if (sleep !== undefined) findings.push(...atLeastZero(`${field}.sleep.seconds`, sleep.seconds));
  return findings;
}

function validateProbe(probe: V1Probe | undefined, field: string, succeedsOnce: boolean): FieldError[] {
  if (probe === undefined) return [];
  const findings = validateHandler(probe, field);
  for (const name of [
    'initialDelaySeconds',
    'timeoutSeconds',
    'periodSeconds',
    'successThreshold',
    'failureThreshold',
  ] as const) {
    findings.push(...atLeastZero(`${field}.${name}`, probe[name]));
  }
  if (probe.terminationGracePeriodSeconds !== undefined && probe.terminationGracePeriodSeconds <= 0) {
    findings.push(
      invalidValue(
        `${field}.terminationGracePeriodSeconds`,
        probe.terminationGracePeriodSeconds,
        'must be greater than 0',
      ),
    );
  }
  if (succeedsOnce && probe.successThreshold !== undefined && probe.successThreshold !== 1) {
    findings.push(invalidValue(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  }
  return findings;
}

export interface ContainerRules {
  volumes: ReadonlySet<string>;
  /** Names that other containers have; this one's is added. */
  names: Set<string>;
  /** Init containers that aren't sidecars have neither probes nor lifecycle hooks. */
  init: boolean;
}

/** One container, wherever it stands (Kubernetes: `core/validation.validateContainerCommon`). */
export function validateContainer(
  container: V1Container,
  field: string,
  rules: ContainerRules,
): FieldError[] {
  const findings: FieldError[] = [];
  const { name, image = '' } = container;
  if (!name) findings.push(required(`${field}.name`));
  else {
    findings.push(...invalidEach(`${field}.name`, name, dns1123Label(name)));
    if (rules.names.has(name)) findings.push(duplicate(`${field}.name`, name));
    rules.names.add(name);
  }
  if (image === '') findings.push(required(`${field}.image`));
  else if (image !== image.trim()) {
    findings.push(invalidValue(`${field}.image`, image, 'must not have leading or trailing whitespace'));
  }
  const { imagePullPolicy, terminationMessagePolicy } = container;
  if (!terminationMessagePolicy) findings.push(required(`${field}.terminationMessagePolicy`));
  else if (!messagePolicies.includes(terminationMessagePolicy)) {
    findings.push(
      notSupported(`${field}.terminationMessagePolicy`, terminationMessagePolicy, messagePolicies),
    );
  }
  findings.push(
    ...validatePorts(container.ports ?? [], `${field}.ports`),
    ...validateEnv(container.env ?? [], `${field}.env`),
    ...validateMounts(container.volumeMounts ?? [], rules.volumes, `${field}.volumeMounts`),
  );
  if (!imagePullPolicy) findings.push(required(`${field}.imagePullPolicy`));
  else if (!pullPolicies.includes(imagePullPolicy)) {
    findings.push(notSupported(`${field}.imagePullPolicy`, imagePullPolicy, pullPolicies));
  }
  findings.push(...validateResources(container.resources, `${field}.resources`));
  if (rules.init && container.restartPolicy !== 'Always') {
    for (const part of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[part] !== undefined) {
        findings.push(
          forbiddenField(
            `${field}.${part}`,
            'may not be set for init containers without restartPolicy=Always',
          ),
        );
      }
    }
    return findings;
  }
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = container.lifecycle?.[hook];
    if (handler !== undefined) findings.push(...validateHandler(handler, `${field}.lifecycle.${hook}`));
  }
  return [
    ...findings,
    ...validateProbe(container.livenessProbe, `${field}.livenessProbe`, true),
    ...validateProbe(container.readinessProbe, `${field}.readinessProbe`, false),
    ...validateProbe(container.startupProbe, `${field}.startupProbe`, true),
  ];
}
