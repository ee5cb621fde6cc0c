import type { ApiObject } from './client/api-object.ts';
import type { Client } from './client/client.ts';
import type { Resource } from './client/resource.ts';

/** A finalizer that keeps objects from being deleted while they are in use. */
export class ProtectionFinalizer<T extends ApiObject> {
  readonly #client: Client;
  readonly #resource: Resource<T>;
  readonly #finalizer: string;

  constructor(client: Client, resource: Resource<T>, finalizer: string) {
    this.#client = client;
    this.#resource = resource;
    this.#finalizer = finalizer;
  }

  /** Whether there is anything to do: an object that is to be deleted has it, or another has not. */
  concerns(object: T): boolean {
    return this.holds(object) || this.#isMissing(object);
  }

  /** Whether the object is to be deleted, and waits for this finalizer. */
  holds({ metadata }: T): boolean {
    return metadata.deletionTimestamp !== undefined && this.#has(metadata.finalizers);
  }

  /** Lets an object go that is to be deleted and not in use, and gives the finalizer to one that lacks it. */
  async keep(object: T, isUsed: () => boolean | Promise<boolean>): Promise<void> {
    const { finalizers = [] } = object.metadata;
    if (this.holds(object)) {
      if (await isUsed()) return;
      await this.#write(
        object,
        finalizers.filter((each) => each !== this.#finalizer),
      );
    } else if (this.#isMissing(object)) {
      // Admission gives it to new objects: this one was created before.
      await this.#write(object, [...finalizers, this.#finalizer]);
    }
  }

  #has(finalizers: readonly string[] = []): boolean {
    return finalizers.includes(this.#finalizer);
  }

  #isMissing({ metadata }: T): boolean {
    return metadata.deletionTimestamp === undefined && !this.#has(metadata.finalizers);
  }

  async #write(object: T, finalizers: string[]): Promise<void> {
    await this.#client.update(this.#resource, {
      ...object,
      metadata: { ...object.metadata, finalizers },
    });
  }
}
