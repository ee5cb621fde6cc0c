import { goQuote } from '@pg8s/k8s-proto/go-quote';
import type { V1IPAddress, V1ParentReference } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { formatAddress, parseAddress } from '../../core/service/allocation/ip-range.ts';
import { invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1123Subdomain, pathSegment } from '../../fields/formats.ts';
import { goValue } from '../../fields/go-value.ts';
import { ipVersion } from '../../fields/ip.ts';
import { immutable } from '../../fields/metadata.ts';
import { isSame } from '../../generic/copy-object.ts';
import { defineKind } from '../../kind-module.ts';
import type { TableConvertor } from '../../rest.ts';
import type { NameValidator } from '../../strategy.ts';
import { age, column, nameColumn, tableOf } from '../../table/column.ts';
import { hasLeadingZeros, isMapped } from '../address-forms.ts';

const none = '<none>';

const ipAddressColumns = tableOf<V1IPAddress>([
  nameColumn(),
  column('ParentRef', ({ spec }) => {
    if (!spec?.parentRef) return none;
    const { group = '', resource = '', namespace = '', name = '' } = spec.parentRef;
    const kind = (group === '' ? resource : `${resource}.${group}`).toLowerCase();
    return namespace === '' ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
  }),
]);

/** kube-apiserver's rows have the age as a third cell, though no column is defined for it. */
const ipAddressTable: TableConvertor = {
  ...ipAddressColumns,
  cells: (object, nowMs) => [
    ...ipAddressColumns.cells(object, nowMs),
    age(object.metadata.creationTimestamp, nowMs),
  ],
};

/** An address in its one form names its object (Kubernetes: `util/validation.IsValidIP`). */
const addressName: NameValidator = (name) => {
  if (ipVersion(name) === 0) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  if (hasLeadingZeros(name)) return ['must not have leading 0s'];
  if (name.includes(':') && isMapped(name)) return ['must not be an IPv4-mapped IPv6 address'];
  const canonical = formatAddress(parseAddress(name));
  return name === canonical ? [] : [`must be in canonical form (${goQuote(canonical)})`];
};

/** The required object that has the address (Kubernetes: `networking/validation.ValidateIPAddress`). */
function validateIpAddress({ spec }: V1IPAddress): FieldError[] {
  const parent: Partial<V1ParentReference> | undefined = spec?.parentRef;
  const field = 'spec.parentRef';
  if (!parent) return [required(field)];
  const { group = '', namespace = '' } = parent;
  const findings = group === '' ? [] : invalidEach(`${field}.group`, group, dns1123Subdomain(group));
  for (const name of ['resource', 'name'] as const) {
    const value = parent[name] ?? '';
    const at = `${field}.${name}`;
    findings.push(...(value === '' ? [required(at)] : invalidEach(at, value, pathSegment(value))));
  }
  return [...findings, ...invalidEach(`${field}.namespace`, namespace, pathSegment(namespace))];
}

/** An address stays with its object. */
function validateIpAddressUpdate({ spec }: V1IPAddress, old: V1IPAddress): FieldError[] {
  const parent = spec?.parentRef;
  if (isSame(parent, old.spec?.parentRef)) return [];
  return [invalidValue('spec.parentRef', goValue('networking.v1.ParentReference', parent), immutable)];
}

/** IPAddresses (Kubernetes: `pkg/registry/networking/ipaddress`). */
export const ipAddressModule = defineKind('networking.k8s.io/IPAddress', {
  strategy: {
    validateName: addressName,
    generatesNames: false,
    metadataChecksOnUpdate: ['whole', 'object', 'change', 'update'],
    validate: validateIpAddress,
    validateUpdate: validateIpAddressUpdate,
  },
  table: ipAddressTable,
  selectableFields: {},
});
