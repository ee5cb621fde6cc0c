import type { V1MutatingWebhook, V1ValidatingWebhook } from '@pg8s/k8s-proto/generated/models';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FieldError } from '../../api-errors/status-error.ts';
import { isSame } from '../generic/copy-object.ts';
import { duplicate, invalidEach, invalidValue, notSupported, required } from '../fields/field-errors.ts';
import { dns1035Label, dns1123Subdomain } from '../fields/formats.ts';
import { validateLabelSelector } from '../fields/label-selector.ts';
import { each, oneOfIfSet } from '../fields/rules.ts';
import { validateWebhookService, validateWebhookUrl } from '../fields/webhook-client.ts';
import { validateMatchConditions } from './match-conditions.ts';
import { validateRule } from './operation-rules.ts';

type Webhook = V1ValidatingWebhook & Pick<V1MutatingWebhook, 'reinvocationPolicy'>;

const reviewVersions = ['v1', 'v1beta1'];
const harmless = ['None', 'NoneOnDryRun'];
const sideEffectClasses = ['None', 'NoneOnDryRun', 'Some', 'Unknown'];

/** What is asked of webhooks; of stored ones nothing that they fail already. */
interface Demands {
  noSideEffects: boolean;
  knownReview: boolean;
  uniqueNames: boolean;
  matchConditions: boolean;
}

const hooksOf = (object: KubeObject) => (object['webhooks'] ?? []) as Webhook[];
const isKnown = (version: string) => reviewVersions.includes(version);

/** Kubernetes: `admissionregistration/validation`: what both kinds of webhooks are asked. */
export function validateWebhooks(object: KubeObject): FieldError[] {
  const demands = { noSideEffects: true, knownReview: true, uniqueNames: true, matchConditions: true };
  return validateAll(hooksOf(object), demands);
}

/** What became stricter since they were stored is not asked of webhooks that stay as they are. */
export function validateWebhooksUpdate(object: KubeObject, old: KubeObject): FieldError[] {
  const [hooks, before] = [hooksOf(object), hooksOf(old)];
  return validateAll(hooks, {
    noSideEffects: before.every(({ sideEffects }) => harmless.includes(sideEffects ?? '')),
    knownReview: before.every(
      ({ admissionReviewVersions: versions }) => (versions ?? []).length === 0 || versions.some(isKnown),
    ),
    uniqueNames: new Set(before.map(({ name }) => name)).size === before.length,
    matchConditions:
      hooks.length !== before.length ||
      hooks.some((hook, index) => !isSame(hook.matchConditions, before[index]?.matchConditions)),
  });
}

function validateAll(hooks: readonly Webhook[], demands: Demands): FieldError[] {
  const names = hooks.map(({ name = '' }) => name);
  return each(hooks, 'webhooks', (hook, path, index) => {
    const findings = [
      ...validateWebhook(hook, path, demands),
      ...validateReviewVersions(hook, `${path}.admissionReviewVersions`, demands.knownReview),
    ];
    const name = names[index] ?? '';
    return demands.uniqueNames && name !== '' && names.indexOf(name) < index
      ? [...findings, duplicate(`${path}.name`, name)]
      : findings;
  });
}

function validateWebhook(hook: Webhook, field: string, demands: Demands): FieldError[] {
  const { timeoutSeconds } = hook;
  return [
    ...validateName(hook.name ?? '', `${field}.name`),
    ...each(hook.rules, `${field}.rules`, validateRule),
    ...oneOfIfSet(`${field}.failurePolicy`, hook.failurePolicy, ['Fail', 'Ignore']),
    ...oneOfIfSet(`${field}.matchPolicy`, hook.matchPolicy, ['Equivalent', 'Exact']),
    ...validateSideEffects(
      hook,
      `${field}.sideEffects`,
      demands.noSideEffects ? harmless : sideEffectClasses,
    ),
    ...(typeof timeoutSeconds === 'number' && (timeoutSeconds < 1 || timeoutSeconds > 30)
      ? [
          invalidValue(
            `${field}.timeoutSeconds`,
            timeoutSeconds,
            'the timeout value must be between 1 and 30 seconds',
          ),
        ]
      : []),
    ...validateLabelSelector(hook.namespaceSelector, `${field}.namespaceSelector`),
    ...validateLabelSelector(hook.objectSelector, `${field}.objectSelector`),
    ...oneOfIfSet(`${field}.reinvocationPolicy`, hook.reinvocationPolicy, ['IfNeeded', 'Never']),
    ...validateClient(hook, `${field}.clientConfig`),
    ...(demands.matchConditions
      ? validateMatchConditions(hook.matchConditions, `${field}.matchConditions`)
      : []),
  ];
}

/** A name with three parts at least. */
function validateName(name: string, field: string): FieldError[] {
  if (name === '') return [required(field)];
  const wrong = dns1123Subdomain(name);
  if (wrong.length > 0) return [invalidValue(field, name, wrong.join(','))];
  return name.split('.').length >= 3
    ? []
    : [invalidValue(field, name, 'should be a domain with at least three segments separated by dots')];
}

function validateSideEffects(
  { sideEffects }: Webhook,
  field: string,
  allowed: readonly string[],
): FieldError[] {
  if (typeof sideEffects !== 'string') return [required(field, `must specify one of ${allowed.join(', ')}`)];
  return allowed.includes(sideEffects) ? [] : [notSupported(field, sideEffects, allowed)];
}

function validateClient({ clientConfig }: Webhook, field: string): FieldError[] {
  const { url, service } = clientConfig ?? {};
  if (typeof url === 'string' && !service) return validateWebhookUrl(url, `${field}.url`);
  if (typeof url === 'string' || !service) {
    return [required(field, 'exactly one of url or service is required')];
  }
  // A stock server takes one for the other here, and so tells of a missing name that there is no namespace.
  const swapped = { ...service, name: service.namespace ?? '', namespace: service.name ?? '' };
  return validateWebhookService(swapped, `${field}.service`);
}

function validateReviewVersions(hook: Webhook, field: string, knownReview: boolean): FieldError[] {
  const versions = hook.admissionReviewVersions ?? [];
  if (versions.length === 0) return [required(field, `must specify one of ${reviewVersions.join(', ')}`)];
  const findings = each(versions, field, (version, path, index) =>
    versions.indexOf(version) < index
      ? [invalidValue(path, version, 'duplicate version')]
      : invalidEach(path, version, dns1035Label(version)),
  );
  if (!knownReview || versions.some(isKnown)) return findings;
  const detail = `must include at least one of ${reviewVersions.join(', ')}`;
  return [...findings, invalidValue(field, versions, detail)];
}
