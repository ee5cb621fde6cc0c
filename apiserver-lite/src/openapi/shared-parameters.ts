/** A parameter as an OpenAPI 2 document has it. */
export interface NamedParameter {
  name: string;
  in: string;
  schema?: { $ref: string };
  [field: string]: unknown;
}

const offset = 0xcbf29ce484222325n;
const prime = 0x100000001b3n;

/** FNV-1 of 64 bits, cut to 48, as eight characters. */
function shortHash(text: string): string {
  let hash = offset;
  for (const byte of Buffer.from(text)) hash = BigInt.asUintN(64, hash * prime) ^ BigInt(byte);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(hash);
  return bytes.subarray(0, 6).toString('base64url');
}

/** By the parameter's text: there are as many as the built-in resources have, some dozens. */
const names = new Map<string, string>();

function sharedName(parameter: NamedParameter): string {
  const text = JSON.stringify(parameter);
  let name = names.get(text);
  if (name === undefined) {
    name = `${parameter.name}-${shortHash(text)}`;
    names.set(text, name);
  }
  return name;
}

/** The fields in the order of their names. */
export function sortedByName<T>(fields: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(fields).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Clients look for these two in the operations, and names and bodies are of one kind each. */
function isOwn({ name, in: place, schema }: NamedParameter): boolean {
  if (place === 'body') return schema?.$ref.startsWith('#/definitions/io.k8s.apimachinery') !== true;
  return name === 'name' || (place === 'query' && ['fieldValidation', 'dryRun'].includes(name));
}

/**
 * Parameters of an OpenAPI 2 document that operations only refer to (Kubernetes:
 * `kube-openapi/pkg/builder/parameters.go`).
 */
export class SharedParameters {
  readonly #byName = new Map<string, NamedParameter>();
  readonly #references = new Map<NamedParameter, object>();

  /** What stands in the operation: a reference, or the parameter itself. */
  refer(parameter: NamedParameter): unknown {
    if (isOwn(parameter)) return parameter;
    let reference = this.#references.get(parameter);
    if (reference === undefined) {
      reference = this.#makeReference(parameter);
      this.#references.set(parameter, reference);
    }
    return reference;
  }

  #makeReference(parameter: NamedParameter): object {
    const name = sharedName(parameter);
    if (!this.#byName.has(name)) this.#byName.set(name, parameter);
    return { $ref: `#/parameters/${name}` };
  }

  /** All that was referred to, by name. */
  all(): Record<string, NamedParameter> {
    return sortedByName(Object.fromEntries(this.#byName));
  }
}
