import type { KubeObject } from '@pg8s/k8s-proto/object';
import { badRequest } from '../api-errors/status-error.ts';

/** One term of a field selector such as `spec.nodeName=n1,status.phase!=Running`. */
export interface FieldRequirement {
  field: string;
  equals: boolean;
  value: string;
}

const operators = [
  ['!=', false],
  ['==', true],
  ['=', true],
] as const;

/** Reads a field selector (Kubernetes: `apimachinery/pkg/fields`); terms come out sorted. Throws 400. */
export function parseFieldSelector(selector: string): FieldRequirement[] {
  const requirements: FieldRequirement[] = [];
  for (const term of termsOf(selector).sort()) {
    if (term === '') continue;
    const requirement = parseTerm(term);
    if (requirement === undefined) {
      throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
    }
    // `=` alone asks for nothing of nothing.
    if (requirement.field !== '' || requirement.value !== '') requirements.push(requirement);
  }
  return requirements;
}

/** Splits at commas that are not escaped by a backslash. */
function termsOf(selector: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let i = 0; i < selector.length; i++) {
    if (selector[i] === '\\') i++;
    else if (selector[i] === ',') {
      terms.push(selector.slice(start, i));
      start = i + 1;
    }
  }
  return [...terms, selector.slice(start)];
}

function parseTerm(term: string): FieldRequirement | undefined {
  for (const [operator, equals] of operators) {
    const at = splitOnce(term, operator);
    if (at !== undefined) return { field: unescapeValue(at[0]), equals, value: unescapeValue(at[1]) };
  }
  return undefined;
}

/** Two sides of the first operator that isn't escaped by a backslash. */
function splitOnce(term: string, operator: string): [string, string] | undefined {
  for (let i = 0; i < term.length; i++) {
    if (term[i] === '\\') {
      i++;
    } else if (term.startsWith(operator, i)) {
      // `a!=b` holds `=` too, but `!=` was tried before.
      return [term.slice(0, i), term.slice(i + operator.length)];
    }
  }
  return undefined;
}

function unescapeValue(value: string): string {
  return value.includes('\\') ? value.replaceAll(/\\([\\,=])/g, '$1') : value;
}

/** The value of a field label of an object, as field selectors compare it. */
export type FieldValue = (object: KubeObject) => string;

/** The fields that a resource can be selected by. */
export interface FieldLabels {
  namespaced: boolean;
  /** Labels beyond metadata.name and metadata.namespace. */
  selectable: Readonly<Record<string, FieldValue>>;
  /** What is said of a label that the kind does not have, where it has words of its own for that. */
  unsupported?: (label: string) => string;
}

/** A selector bound to a resource; without `matches` everything is selected. */
export interface CompiledFieldSelector {
  /** The only name that can match, where `metadata.name=` says so. */
  name?: string;
  matches: ((object: KubeObject) => boolean) | undefined;
}

/** Binds the terms to a resource's labels. Throws 400 for a label that the resource doesn't have. */
export function compileFieldSelector(
  requirements: readonly FieldRequirement[],
  labels: FieldLabels,
): CompiledFieldSelector {
  let name: string | undefined;
  const tests: ((object: KubeObject) => boolean)[] = [];
  for (const { field, equals, value } of requirements) {
    const read = valueOf(field, labels);
    if (read === undefined) throw badRequest(unsupported(field, labels));
    if (field === 'metadata.name' && equals) name ??= value;
    tests.push((object) => (read(object) === value) === equals);
  }
  const matches =
    tests.length === 0 ? undefined : (object: KubeObject) => tests.every((test) => test(object));
  return name === undefined ? { matches } : { name, matches };
}

function valueOf(field: string, { namespaced, selectable }: FieldLabels): FieldValue | undefined {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name ?? '';
  if (field === 'metadata.namespace' && namespaced) return ({ metadata }) => metadata.namespace ?? '';
  // Cluster-scoped kinds with labels of their own do not have this one.
  if (field === 'metadata.namespace' && Object.keys(selectable).length === 0) return () => '';
  return Object.hasOwn(selectable, field) ? selectable[field] : undefined;
}

function unsupported(field: string, { selectable, unsupported: ownWords }: FieldLabels): string {
  if (ownWords !== undefined) return ownWords(field);
  // Kinds without labels of their own share one converter with a longer text.
  return Object.keys(selectable).length === 0
    ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${field}`;
}
