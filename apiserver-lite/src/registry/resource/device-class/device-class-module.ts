import { subdomainName } from '../../fields/names.ts';
import { defineKind } from '../../kind-module.ts';
import { nameAndAgeTable } from '../../table/name-and-age-table.ts';
import { validateDeviceClass } from './device-class-validation.ts';

/** DeviceClasses (Kubernetes: `pkg/registry/resource/deviceclass`). */
export const deviceClassModule = defineKind('resource.k8s.io/DeviceClass', {
  strategy: {
    generation: ['spec'],
    // Only the name itself is judged.
    validateName: (name, prefix) => (prefix ? [] : subdomainName(name, false)),
    validate: validateDeviceClass,
  },
  table: nameAndAgeTable,
  returnsDeletedObject: true,
  gaps: 'selector expressions are not compiled',
});
