import { groupVersionOf } from '@pg8s/k8s-proto/group-version';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import { StatusError } from '../../api-errors/status-error.ts';
import type { ConvertedObject, Converter, ConverterOptions } from './converter.ts';
import { WebhookConversion } from './webhook-conversion.ts';

/**
 * The converter that a definition asks for (Kubernetes: `apiextensions-apiserver/pkg/apiserver/conversion`).
 */
export function createConverter(options: ConverterOptions): Converter {
  const { conversion, versions } = options;
  const webhook =
    conversion?.strategy === 'Webhook' && conversion.webhook !== undefined
      ? new WebhookConversion(options, conversion.webhook)
      : undefined;
  const requireVersion = (apiVersion: string, direction: 'from' | 'to'): void => {
    if (versions.includes(groupVersionOf(apiVersion).version)) return;
    throw new StatusError(
      500,
      undefined,
      `request to convert CR ${direction} an invalid group/version: ${apiVersion}`,
    );
  };
  return {
    async convert(objects, apiVersion) {
      requireVersion(apiVersion, 'to');
      const results: ConvertedObject[] = [];
      const due: { index: number; object: KubeObject }[] = [];
      for (const [index, object] of objects.entries()) {
        results[index] = () => {
          requireVersion(object.apiVersion, 'from');
          return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
        };
        const isKnown = versions.includes(groupVersionOf(object.apiVersion).version);
        if (isKnown && object.apiVersion !== apiVersion && !isEmpty(object)) due.push({ index, object });
      }
      if (due.length === 0 || webhook === undefined) return results;
      const converted = await webhook.convert(
        due.map(({ object }) => object),
        apiVersion,
      );
      for (const [position, { index }] of due.entries()) {
        results[index] = converted[position] as ConvertedObject;
      }
      return results;
    },
  };
}

/** One that has a type and nothing else: no webhook is asked. */
function isEmpty(object: KubeObject): boolean {
  return Object.keys(object).every((key) => key === 'apiVersion' || key === 'kind');
}
