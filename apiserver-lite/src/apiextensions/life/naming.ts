import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { isSame } from '../../registry/generic/copy-object.ts';
import { isTrue, type Definition, type DefinitionNames } from '../definition.ts';
import {
  conditionOf,
  saysSame,
  withCondition,
  type WantedCondition,
} from '../../registry/apiextensions/custom-resource-definition/definition-conditions.ts';

/** Names that definitions of a group were given. */
export interface TakenNames {
  /** Plural, singular and short names: all that a path or a command can name a resource by. */
  resources: ReadonlySet<string>;
  /** Kinds and kinds of lists. */
  kinds: ReadonlySet<string>;
}

const noNames: DefinitionNames = { plural: '', kind: '' };

/** The names that these definitions, all of one group, were given. */
export function takenNames(definitions: Iterable<Definition>): TakenNames {
  const resources = new Set<string>();
  const kinds = new Set<string>();
  for (const { status } of definitions) {
    const { plural, singular = '', shortNames, kind, listKind = '' } = status?.acceptedNames ?? noNames;
    for (const name of [plural, singular, ...(shortNames ?? [])]) resources.add(name);
    kinds.add(kind).add(listKind);
  }
  return { resources, kinds };
}

/**
 * The definition with the names that it can have, and conditions that say so; the definition itself where
 * that changes nothing. `taken` are the names of all definitions of the group, its own among them
 * (Kubernetes: `controller/status/naming_controller.go`).
 */
export function withNames(definition: Definition, taken: () => TakenNames, nowMs: number): Definition {
  const wanted = definition.spec.names;
  const accepted = definition.status?.acceptedNames ?? noNames;
  if (isSame(wanted, accepted)) return definition;
  const { names, condition } = decide(wanted, accepted, taken());
  if (isSame(names, accepted) && saysSame(conditionOf(definition, 'NamesAccepted'), condition)) {
    return definition;
  }
  const named = { ...definition, status: { ...definition.status, acceptedNames: names } };
  return withInstalling(withCondition(named, condition, nowMs), nowMs);
}

/** What is not established says why. */
function withInstalling(definition: Definition, nowMs: number): Definition {
  if (isTrue(definition, 'Established')) return definition;
  const type = 'Established';
  if (isTrue(definition, 'NamesAccepted')) {
    const message = 'the initial names have been accepted';
    return withCondition(definition, { type, status: 'False', reason: 'Installing', message }, nowMs);
  }
  if (conditionOf(definition, type) !== undefined) return definition;
  const message = 'not all names are accepted';
  return withCondition(definition, { type, status: 'False', reason: 'NotAccepted', message }, nowMs);
}

function decide(
  wanted: DefinitionNames,
  accepted: DefinitionNames,
  { resources, kinds }: TakenNames,
): { names: DefinitionNames; condition: WantedCondition } {
  const names: DefinitionNames = { ...accepted };
  let conflict: { reason: string; message: string } | undefined;
  const isFree = (name: string, own: string, taken: ReadonlySet<string>) => name === own || !taken.has(name);
  const inUse = (name: string) => `${goQuote(name)} is already in use`;
  const settle = (field: 'plural' | 'singular' | 'kind' | 'listKind', taken: ReadonlySet<string>) => {
    const name = wanted[field] ?? '';
    if (isFree(name, accepted[field] ?? '', taken)) names[field] = name;
    else {
      const reason = `${field.charAt(0).toUpperCase()}${field.slice(1)}Conflict`;
      conflict = { reason, message: inUse(name) };
    }
  };
  settle('plural', resources);
  settle('singular', resources);
  const own = new Set(accepted.shortNames);
  const lost = (wanted.shortNames ?? []).filter((name) => !own.has(name) && resources.has(name));
  if (lost.length === 0) setList(names, 'shortNames', wanted.shortNames);
  else conflict = { reason: 'ShortNamesConflict', message: allOf(lost.map(inUse)) };
  settle('kind', kinds);
  settle('listKind', kinds);
  setList(names, 'categories', wanted.categories);
  return {
    names,
    condition: {
      type: 'NamesAccepted',
      ...(conflict === undefined
        ? { status: 'True', reason: 'NoConflicts', message: 'no conflicts found' }
        : { status: 'False', ...conflict }),
    },
  };
}

function setList(names: DefinitionNames, field: 'shortNames' | 'categories', list: string[] | undefined) {
  if (list === undefined) delete names[field];
  else names[field] = list;
}

/** Several errors as one, each once. */
function allOf(messages: readonly string[]): string {
  const [first = '', ...others] = new Set(messages);
  return others.length === 0 ? first : `[${[first, ...others].join(', ')}]`;
}
