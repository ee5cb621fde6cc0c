import { asSchema, propertyOf, type JsonSchema } from './json-schema.ts';

/** Where a path of fields leads within a schema. */
export interface FoundField {
  /** The path in one form, however it was written. */
  path: string;
  /** The first name of the path. */
  root: string;
  schema: JsonSchema | undefined;
}

const notAField = 'does not refer to a valid field';

/** `.spec['a.b'].c` → `.`, `spec`, `[`, `'a.b'`, `]`, `.`, `c`; a quote that never ends is no token. */
function tokensOf(path: string): string[] {
  const tokens: string[] = [];
  let rest = path;
  while (rest !== '') {
    const token = rest.startsWith("'")
      ? /^'(?:[^']*\\')*[^']*'/.exec(rest)?.[0]
      : /^(?:[.[\]]|[^.[\]]+)/.exec(rest)?.[0];
    tokens.push(token ?? rest);
    rest = rest.slice((token ?? rest).length);
  }
  return tokens;
}

/**
 * Follows a path of names (`.spec.a`, `.spec['a']`) through a schema; answers in words where it leads nowhere
 * (Kubernetes: `cel.ValidFieldPath`). Items of lists cannot be reached. Brackets are allowed unless
 * `brackets` is false.
 */
export function findFieldPath(path: string, schema: JsonSchema, brackets = true): FoundField | string {
  const found: FoundField = { path: '', root: '', schema };
  const tokens = tokensOf(path);
  const next = () => tokens.shift();
  for (let token = next(); token !== undefined; token = next()) {
    if (token === '.') {
      const name = next();
      if (name === undefined) return 'unexpected end of JSON path';
      if (!step(found, name)) return notAField;
    } else if (token === '[') {
      if (!brackets) return 'array notation is not allowed';
      const quoted = next();
      if (quoted === undefined) return 'unexpected end of JSON path';
      if (quoted.length < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) {
        return `expected single quoted string but got ${quoted}`;
      }
      if (!step(found, quoted.slice(1, -1).replaceAll(/\\(['\\])/g, '$1'))) return notAField;
      const end = next();
      if (end === undefined) return 'unexpected end of JSON path';
      if (end !== ']') return `expected ] but got ${end}`;
    } else return `expected [ or . but got: ${token}`;
  }
  return found;
}

function step(found: FoundField, name: string): boolean {
  const { properties, additionalProperties } = found.schema ?? {};
  const isNamed = properties !== undefined && Object.keys(properties).length > 0;
  if (!isNamed && additionalProperties === undefined) return false;
  const child = isNamed ? propertyOf(found.schema, name) : asSchema(additionalProperties);
  if (isNamed && child === undefined) return false;
  found.schema = child;
  found.path += isNamed ? `.${name}` : `[${name}]`;
  found.root ||= name;
  return true;
}
