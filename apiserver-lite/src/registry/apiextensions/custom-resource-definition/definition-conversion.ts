import type { FieldError } from '../../../api-errors/status-error.ts';
import { forbiddenField, invalidEach, invalidValue, required } from '../../fields/field-errors.ts';
import { dns1035Label } from '../../fields/formats.ts';
import { oneOf } from '../../fields/rules.ts';
import { validateCaBundle, validateWebhookService, validateWebhookUrl } from '../../fields/webhook-client.ts';
import type { ConversionSpec } from './definition.ts';

const acceptedReviews = ['v1', 'v1beta1'];

/** Whether the server can talk to the webhook, or is not yet asked to. */
export function hasAcceptedReview(versions: readonly string[] | undefined): boolean {
  return (versions ?? []).length === 0 || versions!.some((version) => acceptedReviews.includes(version));
}

interface Demands {
  acceptedReview: boolean;
  validCaBundle: boolean;
}

/**
 * How versions become one another: not at all, or by a webhook (Kubernetes:
 * `validateCustomResourceConversion`).
 */
export function validateConversion(
  conversion: ConversionSpec | undefined,
  field: string,
  demands: Demands,
): FieldError[] {
  if (conversion === undefined) return [];
  const { strategy, webhookClientConfig, conversionReviewVersions = [] } = conversion;
  const findings = oneOf(`${field}.strategy`, strategy, ['None', 'Webhook']);
  const client = `${field}.webhookClientConfig`;
  const reviews = `${field}.conversionReviewVersions`;
  if (strategy === 'Webhook') {
    findings.push(...validateClient(conversion, client, demands.validCaBundle));
    return [...findings, ...validateReviews(conversionReviewVersions, reviews, demands.acceptedReview)];
  }
  const detail = 'should not be set when strategy is not set to Webhook';
  if (webhookClientConfig !== undefined) findings.push(forbiddenField(client, detail));
  if (conversionReviewVersions.length > 0) findings.push(forbiddenField(reviews, detail));
  return findings;
}

function validateClient(
  { webhookClientConfig }: ConversionSpec,
  field: string,
  validCaBundle: boolean,
): FieldError[] {
  if (webhookClientConfig === undefined) {
    return [required(field, 'required when strategy is set to Webhook')];
  }
  const { url, service, caBundle = '' } = webhookClientConfig;
  const findings: FieldError[] = [];
  if ((url === undefined) === (service === undefined)) {
    findings.push(required(field, 'exactly one of url or service is required'));
  } else if (url !== undefined) findings.push(...validateWebhookUrl(url, `${field}.url`));
  else if (service !== undefined) {
    // A stock server takes one for the other here, and so tells of a missing name that there is no namespace.
    const swapped = { ...service, name: service.namespace ?? '', namespace: service.name ?? '' };
    findings.push(...validateWebhookService(swapped, `${field}.service`));
  }
  const bundle = `${field}.caBundle`;
  return caBundle !== '' && validCaBundle ? [...findings, ...validateCaBundle(caBundle, bundle)] : findings;
}

function validateReviews(versions: readonly string[], field: string, accepted: boolean): FieldError[] {
  if (versions.length === 0) return [required(field)];
  const findings = versions.flatMap((version, index) =>
    versions.indexOf(version) < index
      ? [invalidValue(`${field}[${index}]`, version, 'duplicate version')]
      : invalidEach(`${field}[${index}]`, version, dns1035Label(version)),
  );
  if (!accepted || versions.some((version) => acceptedReviews.includes(version))) return findings;
  return [
    ...findings,
    invalidValue(field, versions, `must include at least one of ${acceptedReviews.join(', ')}`),
  ];
}
