import { type Fields, fill, items } from '../../fields/fill.ts';
import { defaultWebhook } from '../webhook-defaults.ts';

/** Fills the defaults of a MutatingWebhookConfiguration. */
export function defaultMutatingWebhooks(object: Fields): void {
  for (const webhook of items(object, 'webhooks')) {
    defaultWebhook(webhook);
    fill(webhook, { reinvocationPolicy: 'Never' });
  }
}
