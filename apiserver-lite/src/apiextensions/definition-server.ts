import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { GenericStore } from '../registry/generic/generic-store.ts';
import type { DefinitionMetrics } from '../metrics/definition-metrics.ts';
import type { ResourceTable } from '../registry/resource-table.ts';
import type { ServedRest } from '../registry/rest.ts';
import { isServed, isTrue, type Definition, type DefinitionVersion } from './definition.ts';
import { ServedDefinition, type ServingOptions } from './serving/served-definition.ts';

interface Entry {
  definition: Definition;
  serving: ServedDefinition;
  rests: readonly ServedRest[];
}

/** What definitions are served by. */
export interface DefinitionServerOptions extends ServingOptions {
  resources: ResourceTable;
  /** Hears of what is published of a definition, and why. */
  published?: DefinitionMetrics['published'];
  log: Logger;
}

/**
 * Serves the resources of definitions: each goes into the table of what is served when its names are
 * accepted, is made anew when the definition changes, so that its watches end, and goes when the definition
 * has gone.
 */
export class DefinitionServer {
  readonly #options: DefinitionServerOptions;
  readonly #entries = new Map<string, Entry>();
  /** `group/version` of what is built in: nothing else is served there. */
  readonly #builtIn: ReadonlySet<string>;

  constructor(options: DefinitionServerOptions) {
    this.#options = options;
    this.#builtIn = new Set(
      options.resources.all().map(({ resource: { group, version } }) => `${group}/${version}`),
    );
  }

  /** To be called with every definition that is there or has changed. */
  changed(definition: Definition): void {
    const { name = '' } = definition.metadata;
    const known = this.#entries.get(name);
    if (!isServed(definition)) return this.removed(name);
    try {
      this.#serve(name, known, definition);
    } catch (error) {
      this.#options.log.error({ err: error, definition: name }, 'a definition cannot be served');
      this.removed(name);
    }
  }

  /** To be called when there is no definition of that name any more. */
  removed(name: string): void {
    const known = this.#entries.get(name);
    if (known === undefined) return;
    this.#entries.delete(name);
    this.#options.resources.remove(known.rests);
    this.#published(known.definition, undefined);
    known.serving.retire();
  }

  /** The store of a definition's objects, whether they are served or not. */
  storeOf(definition: Definition): GenericStore {
    const known = this.#entries.get(definition.metadata.name ?? '');
    const isSame = known !== undefined && known.definition.metadata.uid === definition.metadata.uid;
    return (isSame ? known.serving : new ServedDefinition(definition, this.#options)).store;
  }

  /** Documents are about what is established, and are made anew for versions that changed. */
  #published(before: Definition | undefined, after: Definition | undefined): void {
    const old = before !== undefined && isTrue(before, 'Established') ? before : undefined;
    const now = after !== undefined && isTrue(after, 'Established') ? after : undefined;
    const about = now ?? old;
    if (about === undefined) return;
    const { metadata, spec } = about;
    const isChanged = (version: DefinitionVersion): boolean =>
      old === undefined ||
      now === undefined ||
      !isDeepStrictEqual(
        version,
        old.spec.versions.find(({ name }) => name === version.name),
      );
    const versions = spec.versions
      .filter((version) => version.served && isChanged(version))
      .map(({ name }) => ({ group: spec.group, version: name }));
    const change = old === undefined ? 'add' : now === undefined ? 'remove' : 'update';
    this.#options.published?.(metadata.name ?? '', versions, change);
  }

  #serve(name: string, known: Entry | undefined, definition: Definition): void {
    const { resources } = this.#options;
    const isSame = known !== undefined && servesSame(known.definition, definition);
    const serving = isSame ? known.serving : new ServedDefinition(definition, this.#options);
    if (isSame && isDeepStrictEqual(known.definition.status?.conditions, definition.status?.conditions)) {
      this.#entries.set(name, { ...known, definition });
      return;
    }
    const rests = serving
      .rests(definition)
      .filter(({ resource: { group, version } }) => !this.#builtIn.has(`${group}/${version}`));
    this.#entries.set(name, { definition, serving, rests });
    if (!isSame || !isTrue(known.definition, 'Established')) this.#published(known?.definition, definition);
    resources.change({ remove: known?.rests ?? [], add: rests });
    if (known !== undefined && !isSame) known.serving.retire();
  }
}

/** Whether two states of a definition are served by the same endpoints. */
function servesSame(one: Definition, other: Definition): boolean {
  return (
    one.metadata.uid === other.metadata.uid &&
    isDeepStrictEqual(one.spec, other.spec) &&
    isDeepStrictEqual(one.status?.acceptedNames, other.status?.acceptedNames)
  );
}
