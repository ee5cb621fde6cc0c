import type { V1Pod } from '@pg8s/k8s-proto/generated/models';
import { forbidden, StatusError } from '../../api-errors/status-error.ts';
import { ownValue } from '@pg8s/k8s-proto/own-value';
import { isJsonObject } from '../../json/json-value.ts';
import { qualifiedName, validLabelValue } from '../../registry/fields/formats.ts';
import { invalidValue } from '../../registry/fields/field-errors.ts';
import { type AdmissionAttributes, concerns } from '../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';
import { aggregated } from './aggregated-messages.ts';
import { namespaceAnnotations } from './namespace-annotations.ts';

type Labels = ReadonlyMap<string, string>;

const annotation = 'scheduler.alpha.kubernetes.io/node-selector';
const clusterDefault = 'clusterDefaultNodeSelector';

/** What is wrong with a selector is an error without a status of its own. */
function fault(message: string): StatusError {
  return new StatusError(500, undefined, message);
}

/** `a=b, c=d` (Kubernetes: `labels.ConvertSelectorToLabelsMap`). */
function labelsOf(selector: string): Labels {
  const labels = new Map<string, string>();
  for (const label of selector === '' ? [] : selector.split(',')) {
    const parts = label.split('=');
    if (parts.length !== 2) throw fault(`invalid selector: [${parts.join(' ')}]`);
    const [key = '', value = ''] = parts.map((part) => part.trim());
    const wrong = [
      ...qualifiedName(key).map((detail) => [key, '<nil>', detail] as const),
      ...validLabelValue(value).map((detail) => [value, `<nil>[${key}]`, detail] as const),
    ].map(([text, field, detail]) => `${field}: ${invalidValue('', text, detail).message}`);
    if (wrong.length > 0) throw fault(aggregated(wrong));
    labels.set(key, value);
  }
  return labels;
}

function conflict(labels: Labels, own: Labels): boolean {
  return [...labels].some(([key, value]) => own.has(key) && own.get(key) !== value);
}

/** `podNodeSelectorPluginConfig` of the file: selectors by namespace, and one for all others. */
function selectorsOf(configuration: unknown): (name: string) => string {
  const selectors = isJsonObject(configuration) ? configuration['podNodeSelectorPluginConfig'] : undefined;
  return (name) => String((isJsonObject(selectors) ? ownValue(selectors, name) : undefined) ?? '');
}

/**
 * Adds the node selector of its namespace to a Pod, and keeps it to those that the namespace may use
 * (Kubernetes: `plugin/pkg/admission/podnodeselector`).
 */
export function podNodeSelector(
  dependencies: Pick<PluginDependencies, 'storageOf' | 'configuration'>,
): AdmissionPlugin {
  const annotationsOf = namespaceAnnotations(dependencies);
  const selectorOf = selectorsOf(dependencies.configuration?.['PodNodeSelector']);

  async function selectorFor(attributes: AdmissionAttributes, own: Labels): Promise<Labels> {
    const { namespace, resource } = attributes;
    const selector = labelsOf((await annotationsOf(namespace))[annotation] ?? selectorOf(clusterDefault));
    if (!conflict(selector, own)) return selector;
    throw forbidden(
      resource,
      attributes.object?.metadata.name ?? '',
      'pod node label selector conflicts with its namespace node label selector',
    );
  }

  async function validate(attributes: AdmissionAttributes): Promise<void> {
    if (!concerns(attributes, '', 'pods')) return;
    const { spec } = attributes.object as unknown as V1Pod;
    const own: Labels = new Map(Object.entries(spec?.nodeSelector ?? {}));
    await selectorFor(attributes, own);
    const allowed = labelsOf(selectorOf(attributes.namespace));
    if (allowed.size === 0 || [...own].every(([key, value]) => allowed.get(key) === value)) return;
    throw forbidden(
      attributes.resource,
      attributes.object?.metadata.name ?? '',
      'pod node label selector labels conflict with its namespace whitelist',
    );
  }

  return {
    operations: ['CREATE'],
    async admit(attributes) {
      if (!concerns(attributes, '', 'pods')) return;
      const { spec } = attributes.object as unknown as V1Pod;
      if (!spec) return;
      const own: Labels = new Map(Object.entries(spec.nodeSelector ?? {}));
      const merged = new Map([...(await selectorFor(attributes, own)), ...own]);
      if (merged.size > 0) spec.nodeSelector = Object.fromEntries(merged);
      await validate(attributes);
    },
    validate,
  };
}
