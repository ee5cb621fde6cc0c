import { type Fields, items } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { webhookConfigurationTable } from '../webhook-configuration-table.ts';
import { defaultWebhook } from '../webhook-defaults.ts';
import { validateWebhooks, validateWebhooksUpdate } from '../webhooks.ts';

/** Fills the defaults of a ValidatingWebhookConfiguration. */
function defaultValidatingWebhooks(object: Fields): void {
  for (const webhook of items(object, 'webhooks')) defaultWebhook(webhook);
}

/**
 * ValidatingWebhookConfigurations (Kubernetes:
 * `pkg/registry/admissionregistration/validatingwebhookconfiguration`).
 */
export const validatingWebhookConfigurationModule = defineKind(
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration',
  {
    strategy: {
      allowUnconditionalUpdate: false,
      generation: ['webhooks'],
      exactGeneration: true,
      standardFinalizers: false,
      metadataChecksOnUpdate: ['whole'],
      validate: validateWebhooks,
      validatedOnce: true,
      validateUpdate: validateWebhooksUpdate,
    },
    table: webhookConfigurationTable,
    defaults: { v1: defaultValidatingWebhooks },
    actors: [{ name: 'ValidatingAdmissionWebhook', effect: 'the webhooks are not called' }],
  },
);
