import type { ExpressionRequest } from '@pg8s/cel/testing/request';
import type { Random } from '@pg8s/shim/mvcc/testing/random';

/** Types of the expressions that are made. `Obj` is the type of `self`. */
const types = [
  'int',
  'string',
  'bool',
  'double',
  'uint',
  'bytes',
  'timestamp',
  'duration',
  'dyn',
  'Sub',
  'list(int)',
  'list(string)',
  'map(string,int)',
  'optional(int)',
  'optional(string)',
] as const;

type TypeName = (typeof types)[number];

/** What the expressions may use. Maps have one entry: Go leaves the order of more to chance. */
export const declarations: Omit<ExpressionRequest, 'expr'> = {
  vars: {
    self: {
      type: 'Obj',
      value: {
        name: 'abc',
        replicas: 3,
        items: ['a', 'bb'],
        d: 1.5,
        flag: true,
        sub: { x: 1, opt: 'o' },
        subs: [{ x: 1 }, { x: 2, opt: 'z' }],
      },
    },
    x: { type: 'int', value: 5 },
    s: { type: 'string', value: 'h\u00e9llo' },
    l: { type: 'list(int)', value: [1, 2, 3] },
    m: { type: 'map(string,int)', value: { a: 1 } },
    b: { type: 'bool', value: false },
    u: { type: 'uint', value: { '@uint': '7' } },
    dy: { type: 'dyn', value: { a: [1, 'b', null, 2.5] } },
  },
  objects: {
    Obj: {
      name: 'string',
      replicas: 'int',
      items: 'list(string)',
      d: 'double',
      flag: 'bool',
      sub: 'Sub',
      subs: 'list(Sub)',
      miss: 'string',
    },
    Sub: { x: 'int', opt: 'string' },
  },
  sizes: {
    'self.name': ['0', '63'],
    'self.items': ['0', '10'],
    'self.items.@items': ['1', '20'],
    l: ['0', '7'],
  },
};

/** Expressions without parts, and `#type` for a part of a type, `$` for the name of a variable. */
const leaves: Readonly<Record<TypeName, readonly string[]>> = {
  int: ['0', '2', '-3', '100', '9223372036854775807', 'x', 'self.replicas', 'self.sub.x'],
  string: ["'a'", "''", "'h\u00e9\u{1f600}'", 's', 'self.name', 'self.sub.opt', 'self.miss'],
  bool: ['true', 'false', 'b', 'self.flag'],
  double: ['1.5', '0.0', '-2.25', '1e10', 'self.d'],
  uint: ['1u', '0u', 'u'],
  bytes: ["b'a'", "b'\\xff'"],
  timestamp: ["timestamp('2023-01-01T00:00:00Z')", "timestamp('2024-02-29T12:30:00.5+02:00')"],
  duration: ["duration('1h')", "duration('90s')"],
  dyn: ['dy', 'dy.a', 'dy.a[0]', 'dyn(1)', "dyn('a')", 'dyn(1.5)', 'dyn([1])'],
  Sub: ['self.sub', 'self.subs[0]', 'self.subs[1]'],
  'list(int)': ['l', '[]', '[1, 2, 3]', '[x]'],
  'list(string)': ['self.items', "['a', 'b']", '[s]'],
  'map(string,int)': ['m', "{'a': 1}", "{'z': x}"],
  'optional(int)': ['optional.of(x)', 'optional.none()', 'l[?0]', 'l[?9]', "m[?'a']", 'self.?replicas'],
  'optional(string)': ["optional.of('a')", 'self.?miss', 'self.sub.?opt', 'self.items[?1]'],
};

const composed: Readonly<Record<TypeName, readonly string[]>> = {
  bool: [
    '(#bool && #bool)',
    '(#bool || #bool)',
    '!#bool',
    '(#int < #int)',
    '(#string <= #string)',
    '(#double > #int)',
    '(#bytes == #bytes)',
    '(#timestamp >= #timestamp)',
    '(#dyn == #int)',
    '(#list(int) != #list(int))',
    '#string.startsWith(#string)',
    '#string.contains(#string)',
    '#string.matches(#string)',
    '(#int in #list(int))',
    '(#string in #map(string,int))',
    '#list(int).all($, #bool{$:int})',
    '#list(string).exists($, #bool{$:string})',
    '#list(int).exists_one($, #bool{$:int})',
    '#list(string).all($, w, #bool{$:int})',
    '#map(string,int).exists($, #bool{$:string})',
    'self.subs.all($, #bool{$:Sub})',
    '#dyn.exists($, #bool{$:dyn})',
    'has(self.miss)',
    'has(self.subs[0].opt)',
    'has(dy.a.b)',
    '#optional(int).hasValue()',
    '(type(#dyn) == int)',
  ],
  int: [
    '(#int + #int)',
    '(#int - #int)',
    '(#int * #int)',
    '(#int / #int)',
    '(#int % #int)',
    'size(#string)',
    '#list(int).size()',
    '#list(int)[#int]',
    '#map(string,int)[#string]',
    'int(#double)',
    'int(#string)',
    'int(#timestamp)',
    '#optional(int).orValue(#int)',
    '#optional(int).value()',
    '-#int',
    '#timestamp.getDayOfYear()',
    '#duration.getSeconds()',
    '#Sub.x',
  ],
  string: [
    '(#string + #string)',
    'string(#int)',
    'string(#double)',
    'string(#bytes)',
    'string(#timestamp)',
    'string(#duration)',
    '#list(string)[#int]',
    '#Sub.opt',
    '#optional(string).orValue(#string)',
  ],
  double: ['(#double + #double)', '(#double / #double)', 'double(#int)', 'double(#string)'],
  uint: ['(#uint + #uint)', '(#uint - #uint)', 'uint(#int)', 'uint(#double)'],
  bytes: ['bytes(#string)', '(#bytes + #bytes)'],
  timestamp: ['(#timestamp + #duration)', 'timestamp(#int)', 'timestamp(#string)'],
  duration: ['(#timestamp - #timestamp)', '(#duration + #duration)', 'duration(#string)'],
  dyn: ['dyn(#int)', 'dyn(#list(string))', '#dyn.a', '#dyn[#int]', '(#dyn + #dyn)'],
  Sub: ['(#bool ? #Sub : #Sub)'],
  'list(int)': [
    '[#int, #int]',
    '[?#optional(int), #int]',
    '(#list(int) + #list(int))',
    '#list(int).map($, #int{$:int})',
    '#list(int).filter($, #bool{$:int})',
    '#list(string).map($, #bool{$:string}, #int{$:string})',
    '#list(int).transformList($, w, w + #int{$:int})',
  ],
  'list(string)': ['[#string]', '(#list(string) + #list(string))', '#list(string).map($, #string{$:string})'],
  'map(string,int)': [
    '{#string: #int}',
    "{?'o': #optional(int)}",
    "{'q': 1}.transformMap($, w, w + #int{$:string})",
  ],
  'optional(int)': [
    'optional.of(#int)',
    '#optional(int).or(#optional(int))',
    '#optional(int).optMap($, #int{$:int})',
    '#optional(int).optFlatMap($, #optional(int){$:int})',
  ],
  'optional(string)': ['optional.ofNonZeroValue(#string)', '#optional(string).optMap($, #string{$:string})'],
};

interface Local {
  readonly name: string;
  readonly type: string;
}

const part = /#((?:list|optional|map)\([^)]*\)|\w+)(?:\{\$:(\w+)\})?/g;

/** A random expression of a type, which now and then has parts of a wrong one. */
function make(random: Random, type: TypeName, depth: number, locals: readonly Local[]): string {
  const wanted = random.chance(3) ? random.pick(types) : type;
  const fitting = locals.filter((local) => local.type === wanted);
  if (fitting.length > 0 && random.chance(25)) return random.pick(fitting).name;
  if (depth <= 0 || random.chance(15)) return random.pick(leaves[wanted]);
  if (random.chance(8)) {
    const branch = (): string => make(random, wanted, depth - 1, locals);
    return `(${make(random, 'bool', depth - 1, locals)} ? ${branch()} : ${branch()})`;
  }
  const name = `v${random.below(6)}`;
  return random
    .pick(composed[wanted])
    .replaceAll(part, (_match, of: string, variable: string | undefined) => {
      const more = variable === undefined ? locals : [...locals, { name, type: variable }];
      return make(random, of as TypeName, depth - 1, more);
    })
    .replaceAll('$', name);
}

/** An expression that mostly compiles. */
export function randomExpression(random: Random): string {
  const type = random.chance(70) ? 'bool' : random.pick(types);
  return make(random, type, 1 + random.below(4), []);
}

const fragments = [
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '.',
  ',',
  '-',
  '!',
  '?',
  ':',
  '+',
  '%',
  'true',
  'null',
  '1',
  "'s'",
  "'",
];
const more = ['in', '&&', '||', '==', '`x`', '#', '&', ' ', '1u', '1.5', 'has(', '.all(', '\n', '\u{1f600}'];

/** The expression with one or two random edits: most of what comes out does not parse. */
export function brokenExpression(random: Random, expression: string): string {
  let text = expression;
  for (let edits = 1 + random.below(2); edits > 0; edits--) {
    const at = random.below(text.length + 1);
    const removed = random.below(3);
    const inserted = random.chance(66) ? random.pick([...fragments, ...more]) : '';
    text = text.slice(0, at) + inserted + text.slice(at + removed);
  }
  return text.toWellFormed();
}
