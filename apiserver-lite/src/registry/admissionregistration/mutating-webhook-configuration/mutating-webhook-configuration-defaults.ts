import { type Fields, fill, items } from '../../fields/fill.ts';
import { defaultWebhook } from '../webhook-defaults.ts';

export function defaultMutatingWebhooks(object: Fields): void {
  for (const webhook of items(object, 'webhooks')) {
    defaultWebhook(webhook);
    fill(webhook, { reinvocationPolicy: 'Never' });
  }
}
