import type { V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../api-errors/status-error.ts';
import { invalidEach, invalidValue, required } from '../fields/field-errors.ts';
import { dnsSearchPath } from '../fields/formats.ts';
import { validateIp } from '../fields/ip.ts';
import { each } from '../fields/rules.ts';

const most = { nameservers: 3, searches: 32, searchCharacters: 2048 };

/** The Pod's own resolver settings (Kubernetes: `core/validation.validatePodDNSConfig`). */
export function validateDnsConfig({ dnsConfig, dnsPolicy }: V1PodSpec, field: string): FieldError[] {
  if (dnsPolicy === 'None' && dnsConfig === undefined) {
    return [required(field, 'must provide `dnsConfig` when `dnsPolicy` is None')];
  }
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (dnsPolicy === 'None' && nameservers.length === 0) {
    return [
      required(`${field}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None'),
    ];
  }
  const findings: FieldError[] = [];
  if (nameservers.length > most.nameservers) {
    const detail = `must not have more than ${most.nameservers} nameservers`;
    findings.push(invalidValue(`${field}.nameservers`, nameservers, detail));
  }
  findings.push(...each(nameservers, `${field}.nameservers`, (address, path) => validateIp(path, address)));
  if (searches.length > most.searches) {
    const detail = `must not have more than ${most.searches} search paths`;
    findings.push(invalidValue(`${field}.searches`, searches, detail));
  }
  if (searches.join(' ').length > most.searchCharacters) {
    const detail = `must not have more than ${most.searchCharacters} characters (including spaces) in the search list`;
    findings.push(invalidValue(`${field}.searches`, searches, detail));
  }
  return [
    ...findings,
    ...each(searches, `${field}.searches`, (search, path) => {
      const name = search === '.' || !search.endsWith('.') ? search : search.slice(0, -1);
      return name === '.' ? [] : invalidEach(path, name, dnsSearchPath(name));
    }),
    ...each(options, `${field}.options`, ({ name }, path) =>
      name ? [] : [required(path, 'must not be empty')],
    ),
  ];
}
