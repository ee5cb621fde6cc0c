import type { Logger } from 'pino';
import { conditionOf } from '../../registry/apiextensions/custom-resource-definition/definition-conditions.ts';
import type { GenericStore } from '../../registry/generic/generic-store.ts';
import type { Clock } from '../../storage/clock.ts';
import { KeyedQueue } from '../../storage/follow/keyed-queue.ts';
import { isCleaningUp, isTrue, type Definition } from '../definition.ts';
import { withApproval } from './approval-condition.ts';
import { cleanUp } from './cleanup.ts';
import type { DefinitionWriter, NextDefinition } from './definition-writer.ts';
import { awaitsEstablishing, withEstablished } from './establishing.ts';
import { takenNames, withNames } from './naming.ts';
import { withStructure } from './structural-condition.ts';

/** What the controllers of definitions work with. */
export interface DefinitionControllersOptions {
  writer: DefinitionWriter;
  /** The store of a definition's objects. */
  storeOf(definition: Definition): GenericStore;
  /** See `CleanupOptions.isBuiltIn`. */
  isBuiltIn(group: string, plural: string): boolean;
  /**
   * Whether other API servers are on the same store: they are given time to serve a definition before it is
   * called established.
   */
  hasPeers(): Promise<boolean>;
  clock: Clock;
  log: Logger;
  /** Ends it. */
  signal: AbortSignal;
}

/** How long other servers are given to learn of accepted names. */
const establishingDelayMs = 5000;
const cleanupWorkers = 5;

/**
 * Gives definitions their names, keeps their conditions, and deletes the objects of those that are being
 * deleted. Several servers on one store do the same at once: each looks at what is stored when it writes, and
 * takes what it finds there for its own result (apiextensions-apiserver: `pkg/controller`).
 */
export class DefinitionControllers {
  readonly #options: DefinitionControllersOptions;
  /** The newest state that is known of each: what was followed, or written here. */
  readonly #known = new Map<string, Definition>();
  /** For which uid and generation the structure was looked at. */
  readonly #checked = new Map<string, string>();
  readonly #conditions: KeyedQueue;
  readonly #establishing: KeyedQueue;
  readonly #cleanup: KeyedQueue;

  constructor(options: DefinitionControllersOptions) {
    this.#options = options;
    const { clock, signal, log } = options;
    const queue = (what: string, process: (name: string) => Promise<void>, workers = 1) =>
      new KeyedQueue({
        process,
        failed: (name, error) => log.warn({ err: error, definition: name }, what),
        clock,
        signal,
        workers,
      });
    this.#conditions = queue('could not write conditions of a definition', (name) => this.#settle(name));
    this.#establishing = queue('could not establish a definition', (name) => this.#establish(name));
    this.#cleanup = queue(
      'could not delete the objects of a definition',
      (name) => this.#clean(name),
      cleanupWorkers,
    );
  }

  /** To be called with every definition that is there or has changed, once it is served where it can be. */
  changed(definition: Definition): void {
    const { name = '', uid } = definition.metadata;
    const known = this.#known.get(name);
    this.#learn(definition);
    if (known === undefined && wasChecked(definition)) this.#checked.set(name, stateOf(definition));
    this.#conditions.add(name);
    // Another one in its place: what the former was called may be free.
    if (known !== undefined && known.metadata.uid !== uid) this.#settleOthers(known.spec.group, name);
    if (awaitsEstablishing(definition)) this.#establishing.add(name);
    if (isCleaningUp(definition)) this.#cleanup.add(name);
  }

  /** To be called when there is no such definition any more: its names are free. */
  removed({ metadata: { name = '' }, spec: { group } }: Definition): void {
    this.#known.delete(name);
    this.#checked.delete(name);
    this.#settleOthers(group, name);
  }

  /** Remembers a state, unless a newer one of the same object is known. */
  #learn(definition: Definition): void {
    const { name = '' } = definition.metadata;
    const known = this.#known.get(name);
    const isOld = known !== undefined && revisionOf(known) > revisionOf(definition);
    if (!isOld) this.#known.set(name, definition);
  }

  #settleOthers(group: string, except: string): void {
    for (const [name, { spec }] of this.#known) {
      if (spec.group === group && name !== except) this.#conditions.add(name);
    }
  }

  async #settle(name: string): Promise<void> {
    const named: NextDefinition = (definition, nowMs) =>
      withNames(definition, () => takenNames(this.#ofGroup(definition.spec.group)), nowMs);
    const group = this.#known.get(name)?.spec.group;
    if ((await this.#write(name, named)) && group !== undefined) this.#settleOthers(group, name);
    await this.#checkStructure(name);
    await this.#write(name, withApproval);
  }

  /** Once for each state of the spec: schemas are large. */
  async #checkStructure(name: string): Promise<void> {
    const definition = this.#known.get(name);
    if (definition === undefined) return;
    const state = stateOf(definition);
    if (this.#checked.get(name) === state) return;
    await this.#write(name, withStructure);
    this.#checked.set(name, state);
  }

  async #establish(name: string): Promise<void> {
    const definition = this.#known.get(name);
    if (definition === undefined || !awaitsEstablishing(definition)) return;
    const { clock, hasPeers } = this.#options;
    const accepted = Date.parse(conditionOf(definition, 'NamesAccepted')?.lastTransitionTime ?? '');
    const waitMs = (await hasPeers()) ? accepted + establishingDelayMs - clock.now() : 0;
    if (waitMs > 0) this.#establishing.add(name, waitMs);
    else await this.#write(name, withEstablished);
  }

  async #clean(name: string): Promise<void> {
    const definition = this.#known.get(name);
    if (definition === undefined || !isCleaningUp(definition)) return;
    await cleanUp(definition, this.#options);
  }

  *#ofGroup(group: string): Iterable<Definition> {
    for (const definition of this.#known.values()) if (definition.spec.group === group) yield definition;
  }

  /** Writes where what is known needs it; the result is whether anything was to be written. */
  async #write(name: string, next: NextDefinition): Promise<boolean> {
    const { writer, clock } = this.#options;
    const known = this.#known.get(name);
    if (known === undefined || next(known, clock.now()) === known) return false;
    const written = await writer.write(name, next);
    // One that is gone is forgotten when the watch says so.
    if (written !== undefined) this.#learn(written);
    return written !== undefined;
  }
}

function stateOf({ metadata: { uid, generation } }: Definition): string {
  return `${uid} ${generation}`;
}

/**
 * Whether a definition that was there before this server need not be looked at: it is established, so another
 * server has done so. With hundreds of definitions that would be most of the work of a start.
 */
function wasChecked(definition: Definition): boolean {
  const { preserveUnknownFields } = definition.spec;
  return (
    isTrue(definition, 'Established') &&
    preserveUnknownFields !== true &&
    conditionOf(definition, 'NonStructuralSchema') === undefined
  );
}

function revisionOf({ metadata }: Definition): number {
  return Number(metadata.resourceVersion ?? 0);
}
