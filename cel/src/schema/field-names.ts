/**
 * How names of fields that are no identifiers of CEL are written in expressions (Kubernetes:
 * pkg/cel/escaping.go):
 *
 *     a-b        a__dash__b
 *     namespace  __namespace__
 */

const reserved: ReadonlySet<string> = new Set(
  `true false null in as break const continue else for function if import let loop package namespace return var
   void while`.split(/\s+/),
);

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

const unescapes: Readonly<Record<string, string>> = {
  underscores: '__',
  dot: '.',
  dash: '-',
  slash: '/',
};

/** The identifier of a field; undefined for names that expressions cannot reach. */
export function escapeFieldName(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`;
  if (!/^[a-zA-Z_./-][a-zA-Z0-9_./-]*$/.test(name)) return undefined;
  return name.replaceAll(/__|[-./]/g, (part) => escapes[part]!);
}

/** The field that an identifier stands for; undefined when its escapes are none. */
export function unescapeFieldName(identifier: string): string | undefined {
  if (!identifier.includes('__')) return identifier;
  let isValid = true;
  const name = identifier.replaceAll(/__([^_]+)__/g, (escape, content: string) => {
    if (Object.hasOwn(unescapes, content)) return unescapes[content]!;
    // A keyword is escaped only where it is the whole name.
    if (!reserved.has(content) || escape.length !== identifier.length) isValid = false;
    return content;
  });
  return isValid ? name : undefined;
}
