import { timeout } from '../../api-errors/status-error.ts';
import { VersionedAttributes } from '../matching/versioned-attributes.ts';
import type { AdmissionAttributes } from '../attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';
import { configuredCredentials } from './webhook-configuration-file.ts';
import { WebhookPlugin, type Invocation } from './webhook-plugin.ts';
import type { Webhook } from './webhook.ts';

const failedOpenPrefix = 'failed-open.validating.webhook.admission.k8s.io/';

/**
 * Asks the webhooks of ValidatingWebhookConfigurations, all at once; the first that refuses decides
 * (Kubernetes: `webhook/validating`).
 */
export function validatingAdmissionWebhook(dependencies: PluginDependencies): AdmissionPlugin {
  const plugin = new WebhookPlugin({
    dependencies,
    mutating: false,
    credentialsOf: configuredCredentials(dependencies.configuration?.['ValidatingAdmissionWebhook']),
  });

  async function dispatch(attributes: AdmissionAttributes, webhooks: readonly Webhook[]): Promise<void> {
    const versioned = new VersionedAttributes(attributes, plugin.equivalents);
    const invocations: Invocation[] = [];
    for (const webhook of webhooks) {
      const invocation = await plugin.invocationOf(webhook, versioned);
      if (invocation !== undefined) invocations.push(invocation);
    }
    if (invocations.length === 0) return;
    if (attributes.signal.aborted) throw timeout('request did not complete within requested timeout', 0);
    // All end before the request does, but the first refusal in time is the answer.
    let first: Error | undefined;
    await Promise.all(
      invocations.map(async (invocation, index) => {
        try {
          const outcome = await plugin.ask(invocation, attributes);
          if ('refusal' in outcome) first ??= outcome.refusal;
          if ('ignored' in outcome && !outcome.ignored.isCanceled) {
            attributes.annotate(`${failedOpenPrefix}round_0_index_${index}`, invocation.webhook.name);
          }
        } catch (error) {
          first ??= error as Error;
        }
      }),
    );
    if (first !== undefined) throw first;
  }

  return {
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    start: () => plugin.start(),
    validate(attributes) {
      const webhooks = plugin.webhooks(attributes);
      if (webhooks instanceof Promise) return webhooks.then((loaded) => dispatch(attributes, loaded));
      return (webhooks as readonly Webhook[]).length === 0
        ? undefined
        : dispatch(attributes, webhooks as readonly Webhook[]);
    },
  };
}
