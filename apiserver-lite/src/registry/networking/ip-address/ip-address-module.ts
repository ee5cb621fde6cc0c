import { defineKind } from '../../kind-module.ts';
import { ipAddressTable } from './ip-address-table.ts';
import { addressName, validateIpAddress, validateIpAddressUpdate } from './ip-address-validation.ts';

/** IPAddresses (Kubernetes: `pkg/registry/networking/ipaddress`). */
export const ipAddressModule = defineKind('networking.k8s.io/IPAddress', {
  strategy: {
    validateName: addressName,
    validate: validateIpAddress,
    validateUpdate: validateIpAddressUpdate,
  },
  table: ipAddressTable,
  selectableFields: {},
});
