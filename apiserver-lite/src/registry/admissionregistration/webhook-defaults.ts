import { type Fields, existing, fill, items } from '../fields/fill.ts';
import { defaultRules } from './rule-defaults.ts';

/** Fills the defaults that webhooks of both kinds have. */
export function defaultWebhook(webhook: Fields): void {
  fill(webhook, {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: {},
    objectSelector: {},
    timeoutSeconds: 10,
  });
  defaultRules(items(webhook, 'rules'));
  const service = existing(existing(webhook, 'clientConfig'), 'service');
  if (service !== undefined) fill(service, { port: 443 });
}
