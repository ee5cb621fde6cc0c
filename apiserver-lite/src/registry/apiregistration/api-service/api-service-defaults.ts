import { type Fields, existing, fill } from '../../fields/fill.ts';

/** Fills the defaults of an APIService (Kubernetes: `apis/apiregistration/v1/defaults.go`). */
export function defaultApiService(object: Fields): void {
  const service = existing(existing(object, 'spec'), 'service');
  if (service !== undefined) fill(service, { port: 443 });
}
