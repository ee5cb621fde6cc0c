import type { V1DeviceClass } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidValue } from '../../fields/field-errors.ts';
import { qualifiedName } from '../../fields/formats.ts';
import { longName } from '../../fields/names.ts';
import { specOf } from '../../fields/spec-and-status.ts';
import { defineKind } from '../../kind-module.ts';
import { nameAndAgeTable } from '../../table/name-and-age-table.ts';
import { validateConfiguration, validateSelectors } from '../devices/device-claim.ts';
import { limitedList } from '../devices/limited-list.ts';

const maxConfigurations = 32;

/** A resource that Pods may ask for under another name: of a domain that is not Kubernetes' own. */
function isExtendedResource(name: string): boolean {
  const isNative = !name.includes('/') || name.includes('kubernetes.io/');
  return !isNative && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;
}

/** Devices that are alike (Kubernetes: `resource/validation.ValidateDeviceClass`). */
function validateDeviceClass(object: V1DeviceClass): FieldError[] {
  const { selectors, config, extendedResourceName: name } = specOf(object);
  const findings = [
    ...validateSelectors(selectors, 'spec.selectors'),
    ...limitedList(
      config,
      'spec.config',
      ({ opaque }, path) => validateConfiguration(opaque, `${path}.opaque`),
      { most: maxConfigurations },
    ),
  ];
  return name === undefined || name === null || isExtendedResource(name)
    ? findings
    : [
        ...findings,
        invalidValue('spec.extendedResourceName', name, 'must be a valid extended resource name'),
      ];
}

/** DeviceClasses (Kubernetes: `pkg/registry/resource/deviceclass`). */
export const deviceClassModule = defineKind('resource.k8s.io/DeviceClass', {
  strategy: {
    generation: ['spec'],
    // Only the name itself is judged.
    validateName: longName,
    metadataChecksOnUpdate: ['whole', 'change'],
    validate: validateDeviceClass,
  },
  table: nameAndAgeTable,
  returnsDeletedObject: true,
});
