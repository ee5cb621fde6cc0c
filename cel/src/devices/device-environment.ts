import { declareObject, providerOf } from '../declared-types.ts';
import type { Environment } from '../environment.ts';
import { kubernetesEnvironment } from '../kubernetes-environment.ts';
import type { SizeEstimator } from '../library.ts';
import { quantityType } from '../libraries/quantity/quantity-library.ts';
import type { SchemaType } from '../schema/schema-type.ts';
import { schemaSizes } from '../schema/size-estimator.ts';
import { bindingsLibrary } from '../standard/optional.ts';
import { anyType, boolType, type CelType, mapType, objectType, stringType } from '../types.ts';

/** What a selector of devices may cost, estimated and when it is evaluated. */
export const selectorCostLimit = 1_000_000n;

const maxDomainLength = 63;
const maxIdLength = 32;
const maxDriverLength = 63;
const maxEntries = 32;
const maxAttributeLength = 64;

const device = declareObject('kubernetes.DRADevice', {
  driver: stringType,
  allowMultipleAllocations: boolType,
  attributes: mapType(stringType, mapType(stringType, anyType)),
  capacity: mapType(stringType, mapType(stringType, quantityType)),
});

/**
 * Where selectors of devices are compiled: `device`, and cel.bind() (Kubernetes:
 * dynamic-resource-allocation/cel).
 */
export const deviceEnvironment: Environment = kubernetesEnvironment.extend({
  libraries: [bindingsLibrary],
  types: providerOf(device),
  variables: [{ name: 'device', type: objectType(device.name) }],
});

const scalar = (type: CelType, maxElements: number): SchemaType => ({
  kind: 'scalar',
  scalar: type,
  maxElements,
  minBytes: 0,
});

const map = (keyLength: number, element: SchemaType): SchemaType => ({
  kind: 'map',
  scalar: anyType,
  key: scalar(stringType, keyLength),
  element,
  maxElements: maxEntries,
  minBytes: 0,
});

const attribute = scalar(anyType, maxAttributeLength);
const attributes = map(maxIdLength, attribute);

const sizes = schemaSizes({
  kind: 'object',
  scalar: anyType,
  maxElements: 0,
  minBytes: 0,
  fields: new Map([
    ['driver', scalar(stringType, maxDriverLength)],
    ['allowMultipleAllocations', scalar(boolType, 1)],
    ['attributes', map(maxDomainLength, attributes)],
    ['capacity', map(maxDomainLength, map(maxIdLength, scalar(quantityType, 0)))],
  ]),
});

/** The sizes that a device's parts can have. An attribute read by its name has that of all attributes. */
export const deviceSizes: SizeEstimator = {
  estimateSize(node) {
    const { path } = node;
    const isAttribute = path?.length === 4 && path[1] === 'attributes' && !path[3]!.startsWith('@');
    return sizes.estimateSize(isAttribute ? { ...node, path: [...path.slice(0, 3), '@values'] } : node);
  },
};
