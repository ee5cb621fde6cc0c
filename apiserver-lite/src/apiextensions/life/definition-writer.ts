import type { KubeObject } from '@pg8s/k8s-proto/object';
import { isReason } from '../../api-errors/status-error.ts';
import type { GenericStore } from '../../registry/generic/generic-store.ts';
import { statusStrategy } from '../../registry/generic/kind-strategy.ts';
import { acceptObject } from '../../registry/rest.ts';
import type { TrackServerWrite } from '../../registry/server-writes.ts';
import type { StoreRequest } from '../../registry/strategy.ts';
import { definitionOf, storedDefinition, type Definition } from '../definition.ts';

/** What definitions are written with. */
export interface DefinitionWriterOptions {
  /** Of definitions. */
  store: GenericStore;
  trackServerWrite: TrackServerWrite;
  /** Milliseconds since the epoch. */
  clock: () => number;
}

/** Makes the next state of a definition, or gives back the one that it got where nothing is to change. */
export type NextDefinition = (definition: Definition, nowMs: number) => Definition;

/** Writes the status of definitions, as the server's own client does. */
export class DefinitionWriter {
  readonly #store: GenericStore;
  readonly #options: DefinitionWriterOptions;

  constructor(options: DefinitionWriterOptions) {
    this.#options = options;
    const { store } = options;
    this.#store = store.withStrategy(statusStrategy(store.strategy));
  }

  /**
   * Writes what `next` makes of the definition as it is now, which may run several times; nothing is written
   * where it gives back what it got. The result is what is stored then; undefined: the definition is gone.
   */
  async write(name: string, next: NextDefinition): Promise<Definition | undefined> {
    const { clock } = this.#options;
    try {
      const { object } = await this.#store.update(
        this.#request(),
        name,
        (current) => this.#next(current as KubeObject, next, clock()),
        { validateCreate: acceptObject, validateUpdate: acceptObject },
      );
      return definitionOf(object.object);
    } catch (error) {
      if (isReason(error, 'NotFound')) return undefined;
      throw error;
    }
  }

  #next(current: KubeObject, next: NextDefinition, nowMs: number): KubeObject {
    const before = definitionOf(current);
    const after = next(before, nowMs);
    if (after === before) return current;
    const object = { ...after, metadata: { ...after.metadata } };
    this.#options.trackServerWrite({
      resource: this.#store.resource,
      subresource: 'status',
      current: before,
      object,
    });
    return storedDefinition(object);
  }

  #request(): StoreRequest {
    return {
      namespace: '',
      user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
      dryRun: false,
      nowMs: this.#options.clock(),
      warn() {},
    };
  }
}
