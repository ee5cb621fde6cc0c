import type {
  V1IPBlock,
  V1NetworkPolicy,
  V1NetworkPolicyPeer,
  V1NetworkPolicyPort,
} from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import {
  forbiddenField,
  invalidEach,
  invalidValue,
  notSupported,
  required,
} from '../../fields/field-errors.ts';
import { validPortName, validPortNumber } from '../../fields/formats.ts';
import { isStrictSubset, parseCidr, validateCidr } from '../../fields/ip.ts';
import { validateLabelSelector } from '../../fields/label-selector.ts';
import { each, oneOfIfSet } from '../../fields/rules.ts';

const protocols = ['TCP', 'UDP', 'SCTP'];
const directions = ['Ingress', 'Egress'];
const isSet = <T>(value: T | undefined | null): value is T => value !== undefined && value !== null;

function validatePort({ protocol, port, endPort }: V1NetworkPolicyPort, field: string): FieldError[] {
  const findings = oneOfIfSet(`${field}.protocol`, protocol, protocols);
  const refuseEnd = (detail: string) =>
    isSet(endPort) ? [invalidValue(`${field}.endPort`, endPort, detail)] : [];
  if (!isSet(port)) return [...findings, ...refuseEnd('may not be specified when `port` is not specified')];
  if (typeof port === 'string') {
    findings.push(...refuseEnd('may not be specified when `port` is non-numeric'));
    return [...findings, ...invalidEach(`${field}.port`, port, validPortName(port))];
  }
  findings.push(...invalidEach(`${field}.port`, port, validPortNumber(port)));
  if (!isSet(endPort)) return findings;
  if (endPort < port) {
    // The port, not its end, is what kube-apiserver prints.
    findings.push(invalidValue(`${field}.endPort`, port, 'must be greater than or equal to `port`'));
  }
  return [...findings, ...invalidEach(`${field}.endPort`, endPort, validPortNumber(endPort))];
}

function validateBlock({ cidr, except }: V1IPBlock, field: string): FieldError[] {
  if (!cidr) return [required(`${field}.cidr`)];
  const findings = validateCidr(`${field}.cidr`, cidr);
  if (parseCidr(cidr) === undefined) return findings;
  findings.push(
    ...each(except, `${field}.except`, (part, path) => {
      const wrong = validateCidr(path, part);
      if (parseCidr(part) !== undefined && !isStrictSubset(cidr, part))
        wrong.push(invalidValue(path, part, 'must be a strict subset of `cidr`'));
      return wrong;
    }),
  );
  return findings;
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: V1NetworkPolicyPeer,
  field: string,
): FieldError[] {
  const findings = [
    ...validateLabelSelector(podSelector, `${field}.podSelector`),
    ...validateLabelSelector(namespaceSelector, `${field}.namespaceSelector`),
    ...(isSet(ipBlock) ? validateBlock(ipBlock, `${field}.ipBlock`) : []),
  ];
  const selects = isSet(podSelector) || isSet(namespaceSelector);
  if (!selects && !isSet(ipBlock)) findings.push(required(field, 'must specify a peer'));
  else if (selects && isSet(ipBlock)) {
    findings.push(forbiddenField(field, 'may not specify both ipBlock and another peer'));
  }
  return findings;
}

/** Which traffic of Pods is allowed (Kubernetes: `networking/validation.ValidateNetworkPolicySpec`). */
export function validateNetworkPolicy(object: V1NetworkPolicy): FieldError[] {
  const spec = object.spec ?? {};
  const policyTypes = spec.policyTypes ?? [];
  const findings = [
    ...validateLabelSelector(spec.podSelector, 'spec.podSelector'),
    ...each(spec.ingress, 'spec.ingress', ({ ports, from }, path) => [
      ...each(ports, `${path}.ports`, validatePort),
      ...each(from, `${path}.from`, validatePeer),
    ]),
    ...each(spec.egress, 'spec.egress', ({ ports, to }, path) => [
      ...each(ports, `${path}.ports`, validatePort),
      ...each(to, `${path}.to`, validatePeer),
    ]),
  ];
  if (policyTypes.length > directions.length) {
    return [
      ...findings,
      invalidValue('spec.policyTypes', policyTypes, 'may not specify more than two policyTypes'),
    ];
  }
  return [
    ...findings,
    ...each(policyTypes, 'spec.policyTypes', (type, path) =>
      directions.includes(type) ? [] : [notSupported(path, type, directions)],
    ),
  ];
}
