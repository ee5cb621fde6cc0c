import { type Fields, items } from '../../fields/fill.ts';
import { defaultWebhook } from '../webhook-defaults.ts';

/** Fills the defaults of a ValidatingWebhookConfiguration. */
export function defaultValidatingWebhooks(object: Fields): void {
  for (const webhook of items(object, 'webhooks')) defaultWebhook(webhook);
}
