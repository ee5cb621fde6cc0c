import { defineKind } from '../../kind-module.ts';
import { webhookConfigurationTable } from '../webhook-configuration-table.ts';
import { validateWebhooks, validateWebhooksUpdate } from '../webhooks.ts';
import { defaultValidatingWebhooks } from './validating-webhook-configuration-defaults.ts';

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
    gaps: 'kept, not called',
  },
);
