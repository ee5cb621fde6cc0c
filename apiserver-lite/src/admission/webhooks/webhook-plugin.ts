import type { KubeObject } from '@pg8s/k8s-proto/object';
import { forbidden, internalError, StatusError } from '../../api-errors/status-error.ts';
import type { CalledWebhook } from '../../metrics/admission-webhook-metrics.ts';
import type { ResourceTypes } from '../../registry/resource-types/resource-types.ts';
import type { FollowedResource } from '../../storage/follow/shared-informers.ts';
import type { AdmissionAttributes } from '../attributes.ts';
import { followLater } from '../follow-later.ts';
import { EquivalentResources } from '../matching/equivalent-resources.ts';
import { ExpressionVariables } from '../matching/expression-variables.ts';
import { Namespaces } from '../matching/namespaces.ts';
import { RequestMatcher, type RequestMatch } from '../matching/request-matcher.ts';
import { isAdmissionConfiguration } from '../matching/rule-matcher.ts';
import { VersionedAttributes, type VersionedObjects } from '../matching/versioned-attributes.ts';
import type { PluginDependencies } from '../plugin.ts';
import type { ReviewResponse } from './admission-review.ts';
import { WebhookClient } from './webhook-client.ts';
import type { CredentialsOf } from './webhook-credentials.ts';
import { WebhookFailure, WebhookRejection } from './webhook-failure.ts';
import { WebhookSource } from './webhook-source.ts';
import { webhooksOf, type Webhook } from './webhook.ts';

/** What tells the two plugins of webhooks apart. */
export interface WebhookPluginOptions {
  readonly dependencies: PluginDependencies;
  readonly mutating: boolean;
  readonly credentialsOf?: CredentialsOf | undefined;
}

/** A webhook that is to be asked, and as what it sees the request. */
export interface Invocation {
  readonly webhook: Webhook;
  readonly match: RequestMatch;
  readonly objects: VersionedObjects;
}

/** What came of asking a webhook: its answer, or why the request is refused or goes on. */
export type Outcome =
  | { readonly response: ReviewResponse }
  /** The webhook failed, and the request goes on. */
  | { readonly ignored: WebhookFailure }
  | { readonly refusal: StatusError };

const group = 'admissionregistration.k8s.io';

/**
 * What the plugins of webhooks share: which webhooks there are, which of them see a request, how they are
 * asked, and what is counted (Kubernetes: `webhook/generic.Webhook`).
 */
export class WebhookPlugin {
  readonly equivalents: EquivalentResources;
  readonly #options: WebhookPluginOptions;
  readonly #client: WebhookClient;
  readonly #namespaces: Namespaces;
  readonly #matcher: RequestMatcher;
  readonly #source: (attributes: AdmissionAttributes) => WebhookSource | Promise<WebhookSource>;

  constructor(options: WebhookPluginOptions) {
    const { dependencies, mutating, credentialsOf } = options;
    const { metrics, client, clock, resources } = dependencies;
    this.#options = options;
    this.#client = new WebhookClient({ client, clock, credentialsOf });
    this.equivalents = new EquivalentResources(resources);
    this.#namespaces = new Namespaces(dependencies);
    this.#matcher = new RequestMatcher({ equivalents: this.equivalents, namespaces: this.#namespaces });
    this.#source = followLater(
      dependencies,
      this.#configurations,
      (followed: FollowedResource<KubeObject>) =>
        new WebhookSource(followed, (configuration) => webhooksOf(configuration, { mutating, metrics })),
    );
  }

  get #configurations() {
    const { mutating } = this.#options;
    return { group, resource: `${mutating ? 'mutating' : 'validating'}webhookconfigurations` };
  }

  /** Loads the configurations, and the namespaces that selectors look at. */
  async start(): Promise<void> {
    const { informers } = this.#options.dependencies;
    await Promise.all([informers.follow(this.#configurations).synced, this.#namespaces.follow()]);
  }

  /**
   * The webhooks that could see a request, in their order. At once, but for the first requests of a server.
   */
  webhooks(attributes: AdmissionAttributes): readonly Webhook[] | Promise<readonly Webhook[]> {
    if (isAdmissionConfiguration(attributes)) return [];
    const source = this.#source(attributes);
    return source instanceof Promise ? source.then((loaded) => loaded.all()) : source.all();
  }

  /** The types of what a request is about, as a webhook sees it. */
  typesOf({ resource }: RequestMatch, { subresource }: AdmissionAttributes): ResourceTypes | undefined {
    const { group: ofGroup, version, resource: name } = resource;
    return this.#options.dependencies.resources.lookup(ofGroup, version, name, subresource)?.types;
  }

  /**
   * Whether a webhook sees the request, and as what. Rejects with a StatusError where that cannot be known.
   */
  async invocationOf(webhook: Webhook, versioned: VersionedAttributes): Promise<Invocation | undefined> {
    const { attributes } = versioned;
    const { operation, resource, name } = attributes;
    const request = { ...attributes, object: versioned.object };
    const match = await this.#matcher.match(webhook.criteria, request);
    if (match === undefined) return undefined;
    const objects = await versioned.in(match).catch((error: unknown) => {
      throw this.#options.mutating ? internalError(internalError(error)) : internalError(error);
    });
    if (webhook.conditions.isEmpty) return { webhook, match, objects };
    const { authorizer } = this.#options.dependencies;
    const variables = new ExpressionVariables({ attributes, match, ...objects, authorizer });
    const result = await webhook.conditions.evaluate(variables, operation);
    if (result.error !== undefined) {
      throw forbidden({ group: resource.group, resource: resource.resource }, name, result.error);
    }
    if (result.matches) return { webhook, match, objects };
    webhook.excluded(operation);
    return undefined;
  }

  /** Asks a webhook, and counts what comes of it; `use` does what the answer says, and may fail, too. */
  async ask(
    { webhook, match, objects }: Invocation,
    attributes: AdmissionAttributes,
    use: (response: ReviewResponse) => Promise<void> | void = () => undefined,
  ): Promise<Outcome> {
    const { dependencies, mutating } = this.#options;
    const { webhooks: metrics } = dependencies.metrics;
    const { operation } = attributes;
    const called: CalledWebhook = { name: webhook.name, type: mutating ? 'admit' : 'validating', operation };
    const began = performance.now();
    const ended = (rejected: boolean, code: number): void =>
      metrics.called(called, { rejected, code, seconds: (performance.now() - began) / 1000 });
    try {
      const unstructured = this.typesOf(match, attributes)?.codec.unstructured === true;
      const question = { attributes, match, objects, unstructured, mutating };
      const response = await this.#client.ask(webhook, question);
      await use(response);
      ended(false, 200);
      return { response };
    } catch (error) {
      if (error instanceof WebhookFailure) {
        const { code, isCanceled } = error;
        ended(!webhook.ignoresFailures, code);
        if (webhook.ignoresFailures) {
          if (!isCanceled) metrics.failedOpen(called);
          dependencies.log.warn(
            { webhook: webhook.name, err: error },
            'a webhook failed, the request goes on',
          );
          return { ignored: error };
        }
        if (!isCanceled) metrics.rejected(called, { errorType: 'calling_webhook_error', code });
        dependencies.log.warn(
          { webhook: webhook.name, err: error },
          'a webhook failed, the request is refused',
        );
        return { refusal: internalError(error) };
      }
      if (error instanceof WebhookRejection) {
        const { refusal } = error;
        ended(true, refusal.status.code);
        metrics.rejected(called, { errorType: 'no_error', code: refusal.status.code });
        return { refusal };
      }
      ended(true, 0);
      metrics.rejected(called, { errorType: 'apiserver_internal_error', code: 0 });
      if (error instanceof StatusError) return { refusal: error };
      throw error;
    }
  }
}
