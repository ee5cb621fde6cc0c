import type { WireFacts, WireField } from './schema-table.ts';

const current = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1';
const stored = 'k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.v1beta1';

/**
 * CustomResourceDefinitions are still stored as v1beta1, which no server offers any more and the facts leave
 * out. Its messages are those of v1 but for five; numbers are from the published protobuf definition of that
 * version.
 */
export function addStorageForms(wire: WireFacts): WireFacts {
  const rows = (name: string): WireField[] => {
    const fields = wire.messages[`${current}.${name}`];
    if (fields === undefined) throw new Error(`wire.json has no ${current}.${name}`);
    return fields;
  };
  const field = (json: string, number: number, type: string, extra: Partial<WireField> = {}): WireField => ({
    json,
    go: json.charAt(0).toUpperCase() + json.slice(1),
    number,
    kind: 'bytes',
    type,
    ...extra,
  });
  const optional = { omitempty: true, optional: true };
  /** Fields of a v1 message; what isn't one of the five is taken from v1 as it is. */
  const own = new Set([
    'CustomResourceDefinition',
    'CustomResourceDefinitionSpec',
    'CustomResourceDefinitionVersion',
    'CustomResourceColumnDefinition',
    'CustomResourceConversion',
  ]);
  const home = (type: string): string =>
    type.replace(/^((?:\[\]|\*)?)([A-Z]\w*)$/, (whole, prefix: string, name: string) =>
      own.has(name) ? whole : `${prefix}${current}.${name}`,
    );
  const moved = (name: string): WireField[] =>
    rows(name).map((row) => Object.assign({}, row, { type: home(row.type) }));

  return {
    ...wire,
    messages: {
      ...wire.messages,
      [`${stored}.CustomResourceDefinition`]: moved('CustomResourceDefinition'),
      [`${stored}.CustomResourceDefinitionList`]: moved('CustomResourceDefinitionList'),
      [`${stored}.CustomResourceDefinitionVersion`]: moved('CustomResourceDefinitionVersion'),
      [`${stored}.CustomResourceColumnDefinition`]: rows('CustomResourceColumnDefinition').map((row) =>
        row.json === 'jsonPath' ? Object.assign({}, row, { json: 'JSONPath' }) : row,
      ),
      [`${stored}.CustomResourceConversion`]: [
        field('strategy', 1, `${current}.ConversionStrategyType`),
        field('webhookClientConfig', 2, `*${current}.WebhookClientConfig`, { ...optional, pointer: true }),
        field('conversionReviewVersions', 3, '[]string', { ...optional }),
      ],
      [`${stored}.CustomResourceDefinitionSpec`]: [
        field('group', 1, 'string'),
        field('version', 2, 'string', optional),
        field('names', 3, `${current}.CustomResourceDefinitionNames`),
        field('scope', 4, `${current}.ResourceScope`),
        field('validation', 5, `*${current}.CustomResourceValidation`, { ...optional, pointer: true }),
        field('subresources', 6, `*${current}.CustomResourceSubresources`, { ...optional, pointer: true }),
        field('versions', 7, '[]CustomResourceDefinitionVersion', { ...optional }),
        field('additionalPrinterColumns', 8, '[]CustomResourceColumnDefinition', {
          ...optional,
        }),
        field('selectableFields', 11, `[]${current}.SelectableField`, { ...optional }),
        field('conversion', 9, '*CustomResourceConversion', { ...optional, pointer: true }),
        field('preserveUnknownFields', 10, '*bool', { ...optional, kind: 'varint', pointer: true }),
      ],
    },
  };
}
