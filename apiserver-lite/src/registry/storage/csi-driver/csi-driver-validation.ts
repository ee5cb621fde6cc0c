import type { V1CSIDriver, V1CSIDriverSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidValue, notSupported } from '../../fields/field-errors.ts';
import { immutable } from '../../fields/metadata.ts';
import { each, oneOfIfSet } from '../../fields/rules.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { isSame } from '../../generic/copy-object.ts';

const minTokenSeconds = 600;

const minPeriodSeconds = 10;

/** How a storage driver wants to be called (Kubernetes: `storage/validation.ValidateCSIDriver`). */
export function validateCsiDriver(object: V1CSIDriver): FieldError[] {
  const spec = specOf(object);
  const { nodeAllocatableUpdatePeriodSeconds: period, serviceAccountTokenInSecrets: inSecrets } = spec;
  const field = 'spec.nodeAllocatableUpdatePeriodSeconds';
  const modes = ['Persistent', 'Ephemeral'];
  return [
    ...oneOfIfSet('spec.fsGroupPolicy', spec.fsGroupPolicy, ['File', 'None', 'ReadWriteOnceWithFSType']),
    ...validateTokenRequests(spec),
    ...(spec.volumeLifecycleModes ?? [])
      .filter((mode) => !modes.includes(mode))
      .map((mode) => notSupported('spec.volumeLifecycleModes', mode, modes)),
    ...(typeof period === 'number' && period < minPeriodSeconds
      ? [invalidValue(field, period, `must be greater than or equal to ${minPeriodSeconds} seconds`)]
      : []),
    ...(typeof inSecrets === 'boolean' && (spec.tokenRequests ?? []).length === 0
      ? [
          invalidValue(
            'spec.serviceAccountTokenInSecrets',
            inSecrets,
            'serviceAccountTokenInSecrets is set but no tokenRequests are specified',
          ),
        ]
      : []),
  ];
}

function validateTokenRequests({ tokenRequests }: V1CSIDriverSpec): FieldError[] {
  const audiences = (tokenRequests ?? []).map(({ audience = '' }) => audience);
  return each(tokenRequests, 'spec.tokenRequests', ({ expirationSeconds: seconds }, path, index) => {
    const audience = audiences[index] ?? '';
    if (audiences.indexOf(audience) < index) return [duplicate(`${path}.audience`, audience)];
    if (typeof seconds !== 'number') return [];
    const refuse = (detail: string) => [invalidValue(`${path}.expirationSeconds`, seconds, detail)];
    if (seconds < minTokenSeconds) return refuse('may not specify a duration less than 10 minutes');
    return seconds > 2 ** 32 ? refuse('may not specify a duration larger than 2^32 seconds') : [];
  });
}

/** Whether volumes are attached, and how long they live, is decided once. */
export function validateCsiDriverUpdate(object: V1CSIDriver, old: V1CSIDriver): FieldError[] {
  const [spec, before] = [specOf(object), specOf(old)];
  const fixed: [string, unknown, unknown][] = [
    // kube-apiserver's own name of the field.
    ['spec.attachedRequired', spec.attachRequired, before.attachRequired],
    ['spec.volumeLifecycleModes', spec.volumeLifecycleModes, before.volumeLifecycleModes],
  ];
  return fixed
    .filter(([, value, was]) => !isSame(value, was))
    .map(([field, value]) => invalidValue(field, value, immutable));
}
