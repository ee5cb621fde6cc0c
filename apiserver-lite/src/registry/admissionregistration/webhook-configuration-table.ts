import type { V1ValidatingWebhookConfiguration } from '@pg8s/k8s-proto/generated/models';
import { ageColumn, column, nameColumn, tableOf } from '../table/column.ts';

const integer = { type: 'integer' as const };

export const webhookConfigurationTable = tableOf<V1ValidatingWebhookConfiguration>([
  nameColumn(),
  column('Webhooks', ({ webhooks }) => webhooks?.length ?? 0, integer),
  ageColumn(),
]);
