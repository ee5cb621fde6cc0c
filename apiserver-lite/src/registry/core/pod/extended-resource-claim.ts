import { ownValue } from '@pg8s/k8s-proto/own-value';
import type { V1PodExtendedResourceClaimStatus, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import type { FieldError } from '../../../api-errors/status-error.ts';
import { duplicate, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1123Label, dns1123Subdomain } from '../../fields/formats.ts';
import { each } from '../../fields/rules.ts';

const places = 'spec.initContainers.resources.requests or spec.containers.resources.requests';

/**
 * The claim that the scheduler made for extended resources, and which request is for which container
 * (Kubernetes: `core/validation.validatePodExtendedResourceClaimStatus`).
 */
export function validateExtendedResourceClaim(
  status: V1PodExtendedResourceClaimStatus | null | undefined,
  spec: V1PodSpec,
  field: string,
): FieldError[] {
  if (!status) return [];
  const { resourceClaimName: name = '' } = status;
  // Clients in Go write null for lists without items.
  const requestMappings = status.requestMappings ?? [];
  const containers = new Map(
    [...(spec.initContainers ?? []), ...(spec.containers ?? [])].map((each) => [each.name, each]),
  );
  const seen = new Set<string>();
  const findings =
    requestMappings.length === 0
      ? [required(`${field}.requestMappings`, 'at least one request mapping is required')]
      : [];
  findings.push(
    ...each(requestMappings, `${field}.requestMappings`, (mapping, path) => {
      const { containerName = '', resourceName = '', requestName = '' } = mapping;
      const container = containers.get(containerName);
      const found: FieldError[] = [];
      if (container === undefined) {
        const detail = 'must match the name of an entry in spec.initContainers.name or spec.containers.name';
        found.push(invalidValue(`${path}.containerName`, containerName, detail));
      } else if (ownValue(container.resources?.requests ?? {}, resourceName) === undefined) {
        const detail = `must match the extended resource name of an entry in ${places}`;
        found.push(invalidValue(`${path}.resourceName`, resourceName, detail));
      }
      found.push(...invalidEach(`${field}.requestName`, requestName, dns1123Label(requestName)));
      const id = JSON.stringify([containerName, resourceName, requestName]);
      if (seen.has(id)) {
        found.push(
          duplicate(`${path}.containerName`, containerName),
          duplicate(`${path}.resourceName`, resourceName),
          duplicate(`${path}.requestName`, requestName),
        );
      }
      seen.add(id);
      return found;
    }),
  );
  const claim = `${field}.resourceClaimName`;
  return [
    ...findings,
    ...(name === '' ? [required(claim)] : invalidEach(claim, name, dns1123Subdomain(name))),
  ];
}
