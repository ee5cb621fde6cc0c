import { type Fields, fill, items } from '../../fields/fill.ts';
import { defineKind } from '../../kind-module.ts';
import { webhookConfigurationTable } from '../webhook-configuration-table.ts';
import { defaultWebhook } from '../webhook-defaults.ts';
import { validateWebhooks, validateWebhooksUpdate } from '../webhooks.ts';

/** Fills the defaults of a MutatingWebhookConfiguration. */
function defaultMutatingWebhooks(object: Fields): void {
  for (const webhook of items(object, 'webhooks')) {
    defaultWebhook(webhook);
    fill(webhook, { reinvocationPolicy: 'Never' });
  }
}

/**
 * MutatingWebhookConfigurations (Kubernetes:
 * `pkg/registry/admissionregistration/mutatingwebhookconfiguration`).
 */
export const mutatingWebhookConfigurationModule = defineKind(
  'admissionregistration.k8s.io/MutatingWebhookConfiguration',
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
    defaults: { v1: defaultMutatingWebhooks },
    actors: [{ name: 'MutatingAdmissionWebhook', effect: 'the webhooks are not called' }],
  },
);
