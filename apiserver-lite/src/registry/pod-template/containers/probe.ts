import type {
  V1HTTPGetAction,
  V1Lifecycle,
  V1LifecycleHandler,
  V1Probe,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { validHttpHeaderName, validPortName, validPortNumber } from '../../fields/formats.ts';
import { atLeastZero } from '../../fields/rules.ts';

const schemes = ['HTTP', 'HTTPS'];
type Handler = Pick<V1Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & V1LifecycleHandler;

/** A port by its number or its name. */
export function validatePortReference(port: unknown, field: string): FieldError[] {
  if (typeof port === 'string') return invalidEach(field, port, validPortName(port));
  const number = Number(port ?? 0);
  return invalidEach(field, number, validPortNumber(number));
}

function validateHttpGet({ path, port, scheme, httpHeaders }: V1HTTPGetAction, field: string): FieldError[] {
  const findings = path ? [] : [required(`${field}.path`)];
  findings.push(...validatePortReference(port, `${field}.port`));
  if (!schemes.includes(scheme ?? '')) findings.push(notSupported(`${field}.scheme`, scheme ?? '', schemes));
  for (const { name } of httpHeaders ?? []) {
    findings.push(...invalidEach(`${field}.httpHeaders`, name, validHttpHeaderName(name)));
  }
  return findings;
}

type Judge = {
  [Kind in keyof Handler]-?: (value: NonNullable<Handler[Kind]>, field: string) => FieldError[];
};

function judges(graceSeconds: number | undefined): Judge {
  return {
    exec: ({ command = [] }, field) => (command.length === 0 ? [required(`${field}.command`)] : []),
    httpGet: validateHttpGet,
    tcpSocket: ({ port }, field) => validatePortReference(port, `${field}.port`),
    grpc: ({ port }, field) => validatePortReference(port, `${field}.port`),
    sleep: ({ seconds }, field) =>
      graceSeconds !== undefined && (seconds < 0 || seconds > graceSeconds)
        ? [
            invalidValue(
              field,
              seconds,
              `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`,
            ),
          ]
        : [],
  };
}

/** Exactly one way to ask; of several only the first is judged. */
function validateHandler(handler: Handler, field: string, graceSeconds: number | undefined): FieldError[] {
  const findings: FieldError[] = [];
  let found = false;
  for (const [kind, judge] of Object.entries(judges(graceSeconds))) {
    const value = handler[kind as keyof Handler];
    if (value === undefined) continue;
    if (found) findings.push(forbiddenField(`${field}.${kind}`, 'may not specify more than 1 handler type'));
    else
      findings.push(...(judge as (value: unknown, field: string) => FieldError[])(value, `${field}.${kind}`));
    found = true;
  }
  return found ? findings : [required(field, 'must specify a handler type')];
}

/** Hooks after the start and before the stop. */
export function validateLifecycle(
  lifecycle: V1Lifecycle | undefined,
  field: string,
  graceSeconds: number | undefined,
): FieldError[] {
  return (['postStart', 'preStop'] as const).flatMap((hook) => {
    const handler = lifecycle?.[hook];
    return handler === undefined ? [] : validateHandler(handler, `${field}.${hook}`, graceSeconds);
  });
}

const numbers = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

/** A probe; liveness and startup succeed at once, and readiness never ends a Pod. */
export function validateProbe(
  probe: V1Probe | undefined,
  field: string,
  kind: 'liveness' | 'readiness' | 'startup',
): FieldError[] {
  if (probe === undefined) return [];
  const { terminationGracePeriodSeconds: graceSeconds, successThreshold = 0 } = probe;
  const graceField = `${field}.terminationGracePeriodSeconds`;
  const findings = [
    ...validateHandler(probe, field, undefined),
    ...numbers.flatMap((name) => atLeastZero(`${field}.${name}`, probe[name])),
  ];
  if (graceSeconds !== undefined && graceSeconds <= 0) {
    findings.push(invalidValue(graceField, graceSeconds, 'must be greater than 0'));
  }
  if (kind !== 'readiness' && successThreshold !== 1) {
    findings.push(invalidValue(`${field}.successThreshold`, successThreshold, 'must be 1'));
  }
  if (kind === 'readiness' && graceSeconds !== undefined) {
    findings.push(invalidValue(graceField, graceSeconds, 'must not be set for readinessProbes'));
  }
  return findings;
}
