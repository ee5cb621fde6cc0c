import { defineKind } from '../../kind-module.ts';
import { webhookConfigurationTable } from '../webhook-configuration-table.ts';
import { validateWebhooks, validateWebhooksUpdate } from '../webhooks.ts';
import { defaultMutatingWebhooks } from './mutating-webhook-configuration-defaults.ts';

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
    gaps: 'kept, not called',
  },
);
