import { type Fields, existing, fill } from '../../fields/fill.ts';

export function defaultApiService(object: Fields): void {
  const service = existing(existing(object, 'spec'), 'service');
  if (service !== undefined) fill(service, { port: 443 });
}
