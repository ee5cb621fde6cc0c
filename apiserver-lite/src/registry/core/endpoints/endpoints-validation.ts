import type {
  V1Endpoints,
  CoreV1EndpointPort,
  V1EndpointAddress,
  V1EndpointSubset,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { invalidEach, required } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName, validPortNumber } from '../../fields/formats.ts';
import { validateIp, validateOrdinaryIp } from '../../fields/ip.ts';
import { each, formatted, named, oneOf } from '../../fields/rules.ts';
import { unlessOwn } from './own-endpoints.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

function validateAddress({ ip = '', hostname, nodeName }: V1EndpointAddress, field: string): FieldError[] {
  return [
    ...validateIp(`${field}.ip`, ip),
    ...formatted(`${field}.hostname`, hostname, dns1123Label),
    ...(nodeName === undefined ? [] : invalidEach(`${field}.nodeName`, nodeName, dns1123Subdomain(nodeName))),
    ...validateOrdinaryIp(`${field}.ip`, ip),
  ];
}

function validatePort(port: CoreV1EndpointPort, field: string, needsName: boolean): FieldError[] {
  const { port: number = 0, appProtocol } = port;
  return [
    ...(needsName
      ? named(`${field}.name`, port.name, dns1123Label)
      : formatted(`${field}.name`, port.name, dns1123Label)),
    ...invalidEach(`${field}.port`, number, validPortNumber(number)),
    ...oneOf(`${field}.protocol`, port.protocol, protocols),
    ...formatted(`${field}.appProtocol`, appProtocol, qualifiedName),
  ];
}

/** Kubernetes: `core/validation.ValidateEndpoints`. */
export function validateEndpoints(object: V1Endpoints): FieldError[] {
  const findings = each(object.subsets as V1EndpointSubset[] | undefined, 'subsets', (subset, path) => {
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    return [
      ...(addresses.length + notReadyAddresses.length === 0
        ? [required(path, 'must specify `addresses` or `notReadyAddresses`')]
        : []),
      ...each(addresses, `${path}.addresses`, validateAddress),
      ...each(notReadyAddresses, `${path}.notReadyAddresses`, validateAddress),
      ...each(ports, `${path}.ports`, (port, place) => validatePort(port, place, ports.length > 1)),
    ];
  });
  return unlessOwn(object, findings);
}
