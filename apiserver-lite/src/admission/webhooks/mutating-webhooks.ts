import { goJson } from '@pg8s/k8s-proto/go-json';
import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { internalError, timeout } from '../../api-errors/status-error.ts';
import { isSame } from '../../registry/generic/copy-object.ts';
import type { AdmissionAttributes } from '../attributes.ts';
import { VersionedAttributes } from '../matching/versioned-attributes.ts';
import type { AdmissionPlugin, PluginDependencies } from '../plugin.ts';
import type { ReviewResponse } from './admission-review.ts';
import { applyReviewPatch, readReviewPatch, type ReviewPatch } from './apply-review-patch.ts';
import { Reinvocations } from './reinvocations.ts';
import { WebhookFailure } from './webhook-failure.ts';
import { configuredCredentials } from './webhook-configuration-file.ts';
import { WebhookPlugin, type Invocation } from './webhook-plugin.ts';
import type { Webhook } from './webhook.ts';

const pluginName = 'MutatingAdmissionWebhook';
const mutationPrefix = 'mutation.webhook.admission.k8s.io/';
const patchPrefix = 'patch.webhook.admission.k8s.io/';
const failedOpenPrefix = `failed-open.${mutationPrefix}`;

/**
 * Asks the webhooks of MutatingWebhookConfigurations one after the other, in the order of the configurations'
 * names; each sees what those before it made of the object (Kubernetes: `webhook/mutating`).
 */
export function mutatingAdmissionWebhook(dependencies: PluginDependencies): AdmissionPlugin {
  const plugin = new WebhookPlugin({
    dependencies,
    mutating: true,
    credentialsOf: configuredCredentials(dependencies.configuration?.[pluginName]),
  });

  async function dispatch(attributes: AdmissionAttributes, webhooks: readonly Webhook[]): Promise<void> {
    const { reinvocation } = attributes;
    const kept = reinvocation.value(pluginName) as Reinvocations | undefined;
    const reinvocations = kept ?? new Reinvocations();
    if (kept === undefined) reinvocation.setValue(pluginName, reinvocations);
    if (reinvocation.isReinvoke) reinvocations.begin(attributes.object);
    const versioned = new VersionedAttributes(attributes, plugin.equivalents);
    try {
      for (const [index, webhook] of webhooks.entries()) {
        const invocation = await plugin.invocationOf(webhook, versioned);
        if (invocation === undefined) continue;
        // What was not asked in the first round is not asked now either.
        if (reinvocation.isReinvoke && !reinvocations.isDue(webhook.uid)) continue;
        const changed = await mutate(invocation, versioned, index);
        if (changed) {
          reinvocations.changed();
          reinvocation.shouldReinvoke = true;
        }
        if (webhook.isReinvocable) reinvocations.invoked(webhook.uid);
      }
      await versioned.store();
    } finally {
      reinvocations.end(attributes.object);
    }
  }

  /** Whether the webhook changed the object. */
  async function mutate(
    invocation: Invocation,
    versioned: VersionedAttributes,
    index: number,
  ): Promise<boolean> {
    const { attributes } = versioned;
    const { webhook } = invocation;
    const place = `round_${attributes.reinvocation.isReinvoke ? 1 : 0}_index_${index}`;
    const about = { configuration: webhook.configuration, webhook: webhook.name };
    let changed = false;
    const outcome = await plugin.ask(invocation, attributes, (response) => {
      const patch = patchOf(webhook, response);
      if (patch === undefined) return;
      changed = apply(patch, invocation, versioned);
      const annotation = `${goJson(about).slice(0, -1)},"patch":${patch.text},"patchType":"JSONPatch"}`;
      attributes.annotate(`${patchPrefix}${place}`, annotation, 'Request');
    });
    attributes.annotate(`${mutationPrefix}${place}`, goJson({ ...about, mutated: changed }));
    if ('refusal' in outcome) throw outcome.refusal;
    if ('ignored' in outcome) {
      if (!outcome.ignored.isCanceled) attributes.annotate(`${failedOpenPrefix}${place}`, webhook.name);
      if (attributes.signal.aborted) throw timeout('request did not complete within requested timeout', 0);
    }
    return changed;
  }

  function apply(
    patch: ReviewPatch,
    { webhook, match, objects: { object } }: Invocation,
    versioned: VersionedAttributes,
  ): boolean {
    const types = plugin.typesOf(match, versioned.attributes);
    if (object === undefined || types === undefined) {
      const what = 'attempted to modify the object, which is not supported for this operation';
      throw internalError(`admission webhook ${goQuote(webhook.name)} ${what}`);
    }
    const patched = applyReviewPatch(object, patch, types);
    const changed = !isSame(object, patched);
    types.applyDefaults(patched);
    versioned.change(match, patched);
    return changed;
  }

  return {
    operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
    start: () => plugin.start(),
    admit(attributes) {
      const webhooks = plugin.webhooks(attributes);
      if (webhooks instanceof Promise) return webhooks.then((loaded) => dispatch(attributes, loaded));
      return (webhooks as readonly Webhook[]).length === 0
        ? undefined
        : dispatch(attributes, webhooks as readonly Webhook[]);
    },
  };
}

/** Undefined: nothing is to be changed. */
function patchOf({ name }: Webhook, { patch, patchType }: ReviewResponse): ReviewPatch | undefined {
  if (patch.length === 0) return undefined;
  let read: ReviewPatch;
  try {
    read = readReviewPatch(patch);
  } catch (error) {
    const why = (error as Error).message;
    throw new WebhookFailure(name, `received undecodable patch in webhook response: ${why}`);
  }
  if (read.operations.length === 0) return undefined;
  if (patchType !== 'JSONPatch') {
    throw new WebhookFailure(name, `unsupported patch type ${goQuote(patchType)}`, { code: 400 });
  }
  return read;
}
