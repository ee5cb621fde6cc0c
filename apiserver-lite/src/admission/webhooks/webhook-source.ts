import { compareBytes } from '@pg8s/k8s-proto/byte-order';
import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { FollowedResource } from '../../storage/follow/shared-informers.ts';
import type { Webhook, WebhookConfiguration } from './webhook.ts';

/**
 * The webhooks of all configurations: in the order of the configurations' names, and within one as it has
 * them (Kubernetes: `admission/configuration`). What was made of a configuration is kept until it changes.
 */
export class WebhookSource {
  readonly #followed: FollowedResource<KubeObject>;
  readonly #webhooksOf: (configuration: WebhookConfiguration) => readonly Webhook[];
  readonly #made = new WeakMap<object, readonly Webhook[]>();
  #webhooks: readonly Webhook[] | undefined;

  constructor(
    followed: FollowedResource<KubeObject>,
    webhooksOf: (configuration: WebhookConfiguration) => readonly Webhook[],
  ) {
    this.#followed = followed;
    this.#webhooksOf = webhooksOf;
    const changed = (): void => {
      this.#webhooks = undefined;
    };
    followed.addHandler({ add: changed, update: changed, delete: changed });
  }

  /** All of them. Nothing is made, or waited for, as long as nothing changes. */
  all(): readonly Webhook[] {
    return (this.#webhooks ??= this.#collect());
  }

  #collect(): readonly Webhook[] {
    const configurations = [...this.#followed.list()] as WebhookConfiguration[];
    configurations.sort((one, other) => compareBytes(one.metadata.name ?? '', other.metadata.name ?? ''));
    return configurations.flatMap((configuration) => {
      let made = this.#made.get(configuration);
      if (made === undefined) {
        made = this.#webhooksOf(configuration);
        this.#made.set(configuration, made);
      }
      return made;
    });
  }
}
