import { type Fields, child, existing, fill, fillText, items } from '../../fields/fill.ts';

/** Fills the defaults of a CustomResourceDefinition (Kubernetes: `apis/apiextensions/v1/defaults.go`). */
export function defaultCustomResourceDefinition(object: Fields): void {
  const spec = child(object, 'spec');
  const names = existing(spec, 'names');
  if (names !== undefined) {
    const kind = String(names['kind'] ?? '');
    fillText(names, { singular: kind.toLowerCase() });
    if (kind !== '') fillText(names, { listKind: `${kind}List` });
  }
  fill(spec, { conversion: { strategy: 'None' } });
  const service = existing(
    existing(existing(existing(spec, 'conversion'), 'webhook'), 'clientConfig'),
    'service',
  );
  if (service !== undefined) fill(service, { port: 443 });
  const stored = items(spec, 'versions').find((version) => version['storage'] === true);
  const status = child(object, 'status');
  if (stored !== undefined && !Array.isArray(status['storedVersions'])) {
    status['storedVersions'] = [stored['name']];
  }
}
