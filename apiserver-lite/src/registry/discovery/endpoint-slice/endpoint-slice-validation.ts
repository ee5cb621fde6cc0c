import type {
  DiscoveryV1EndpointPort,
  V1EndpointHints,
  V1EndpointSlice,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { unlessOwn } from '../../core/endpoints/own-endpoints.ts';
import { duplicate, invalidEach, invalidValue, required, tooMany } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain, qualifiedName, validLabelValue } from '../../fields/formats.ts';
import { ipVersion, validateIp, validateOrdinaryIp } from '../../fields/ip.ts';
import { each, formatted, oneOf } from '../../fields/rules.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];

const most = { endpoints: 1000, ports: 20000, addresses: 100, zones: 8, nodes: 8 };

function validateSliceAddress(
  address: string,
  { field, list, type }: { field: string; list: string; type: string },
): FieldError[] {
  if (type === 'FQDN') {
    const name = address.endsWith('.') ? address.slice(0, -1) : address;
    if (name === '') return [required(field)];
    const findings = invalidEach(field, name, dns1123Subdomain(name));
    return name.includes('.') || findings.length > 0
      ? findings
      : [invalidValue(field, name, 'should be a domain with at least two segments separated by dots')];
  }
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const malformed = validateIp(field, address);
  if (malformed.length > 0) return malformed;
  const wrong =
    ipVersion(address) === (type === 'IPv6' ? 6 : 4)
      ? []
      : [invalidValue(list, address, `must be an ${type} address`)];
  return [...wrong, ...validateOrdinaryIp(field, address)];
}

/** The zones and nodes that should use an endpoint: each once. */
function validateHints(hints: V1EndpointHints | undefined, field: string): FieldError[] {
  const judged = (
    name: 'forZones' | 'forNodes',
    limit: number,
    rule: (name: string) => readonly string[],
  ) => {
    const all = hints?.[name] ?? [];
    if (all.length > limit) return { ends: true, findings: [tooMany(`${field}.${name}`, all.length, limit)] };
    const seen = new Set<string>();
    const findings = each(all, `${field}.${name}`, ({ name: hint = '' }, path) => {
      const found = seen.has(hint) ? [duplicate(`${path}.name`, hint)] : [];
      seen.add(hint);
      return [...found, ...invalidEach(`${path}.name`, hint, rule(hint))];
    });
    return { ends: false, findings };
  };
  const zones = judged('forZones', most.zones, validLabelValue);
  if (zones.ends) return zones.findings;
  return [...zones.findings, ...judged('forNodes', most.nodes, dns1123Subdomain).findings];
}

/** An empty one is given, too, and wrong. */
function givenName(
  field: string,
  name: string | null | undefined,
  messagesOf: (name: string) => string[],
): FieldError[] {
  return typeof name === 'string' ? invalidEach(field, name, messagesOf(name)) : [];
}

function validateSlicePorts(ports: readonly DiscoveryV1EndpointPort[] | undefined): FieldError[] {
  if ((ports ?? []).length > most.ports) return [tooMany('ports', ports!.length, most.ports)];
  const names = new Set<string>();
  return each(ports, 'ports', ({ name = '', protocol, appProtocol }, path) => {
    const findings = formatted(`${path}.name`, name, dns1123Label);
    if (names.has(name)) findings.push(duplicate(`${path}.name`, name));
    names.add(name);
    return [
      ...findings,
      ...oneOf(`${path}.protocol`, protocol, protocols),
      ...givenName(`${path}.appProtocol`, appProtocol, qualifiedName),
    ];
  });
}

/** Kubernetes: `discovery/validation.ValidateEndpointSlice`. */
export function validateEndpointSlice(object: V1EndpointSlice): FieldError[] {
  const { addressType = '', ports } = object;
  // Clients in Go write null for lists without items.
  const endpoints = object.endpoints ?? [];
  const findings = [...oneOf('addressType', addressType, addressTypes), ...validateSlicePorts(ports)];
  if (endpoints.length > most.endpoints) {
    findings.push(tooMany('endpoints', endpoints.length, most.endpoints));
  } else {
    findings.push(
      ...each(endpoints, 'endpoints', ({ hostname, nodeName, hints, ...endpoint }, path) => {
        const addresses = endpoint.addresses ?? [];
        const found =
          addresses.length === 0 ? [required(`${path}.addresses`, 'must contain at least 1 address')] : [];
        if (addresses.length > most.addresses) {
          found.push(tooMany(`${path}.addresses`, addresses.length, most.addresses));
        }
        return [
          ...found,
          ...each(addresses, `${path}.addresses`, (address, place) =>
            validateSliceAddress(address, { field: place, list: `${path}.addresses`, type: addressType }),
          ),
          ...givenName(`${path}.nodeName`, nodeName, dns1123Subdomain),
          ...givenName(`${path}.hostname`, hostname, dns1123Label),
          ...validateHints(hints, `${path}.hints`),
        ];
      }),
    );
  }
  return unlessOwn(object, findings);
}
