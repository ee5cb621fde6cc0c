/**
 * Checks comments: every exported function and class has a doc comment, comment lines end at column 110, and
 * some words that a Kubernetes or etcd maintainer would not use are not used (CONTRIBUTING.md lists what to
 * say instead). A check that sees nothing finds nothing, so a file with every fault is checked first. Names
 * in code are held by `id-denylist` in .oxlintrc.json.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type ModuleItem, parse } from '@swc/core';
import { findFiles } from './find-files.ts';

const folders = ['k8s-proto', 'cel', 'shim', 'apiserver-lite', 'controllers', 'pg8s', 'test-e2e', 'scripts'];
const lastColumn = 110;

/** Words and what to say instead. */
const bannedWords: ReadonlyMap<string, string> = new Map([
  ['strangers?', 'unauthenticated clients'],
  ['told', 'given, required, answered or notified'],
  ['whoever', 'the client, the caller'],
  ['whom', 'the client, the caller'],
  ['lanes?', 'priority level, queue'],
  ['doors?', 'port'],
  ['houses?', 'project'],
  ['farewell', 'GOAWAY, closing'],
]);
const bannedPattern = new RegExp(`\\b(${[...bannedWords.keys()].join('|')})\\b`, 'i');

interface Fault {
  readonly line: number;
  readonly text: string;
}

/** Everything that is wrong in one file. */
async function inspect(path: string, source: string): Promise<Fault[]> {
  const lines = source.split('\n');
  const faults: Fault[] = [];
  for (const [index, line] of lines.entries()) {
    const comment = commentIn(line);
    if (comment === undefined) continue;
    if (line.length > lastColumn && /\S\s+\S/.test(comment) && !comment.includes('oxlint-disable')) {
      faults.push({ line: index + 1, text: `the comment ends at column ${line.length}` });
    }
    const [word] = bannedPattern.exec(comment.replaceAll(/`[^`]*`|"[^"]*"/g, '')) ?? [];
    if (word !== undefined) {
      faults.push({ line: index + 1, text: `"${word}": say ${insteadOf(word)}` });
    }
  }
  if (path.endsWith('.test.ts')) return faults;
  for (const name of await exportedFunctions(source)) {
    const declaration = new RegExp(
      `^(export )?(default )?(async )?(abstract )?(function\\*?|class|const|let) ${name}\\b`,
    );
    // Of overloads the first has the comment.
    const index = lines.findIndex((line) => declaration.test(line));
    if (index < 0) throw new Error(`${path}: the declaration of ${name} was not found`);
    if (!isDocumented(lines, index)) {
      faults.push({ line: index + 1, text: `${name} has no doc comment` });
    }
  }
  return faults;
}

/** The comment in a line of formatted code; undefined if there is none. */
function commentIn(line: string): string | undefined {
  return (
    /^\s*(?:\/\*\*?|\*(?!\w+\()|\/\/)(.*)$/.exec(line)?.[1] ?? /[;,{}()[\]]\s+\/\/ (.*)$/.exec(line)?.[1]
  );
}

/** Whether a doc comment ends just before this line. */
function isDocumented(lines: readonly string[], index: number): boolean {
  let at = index - 1;
  while (lines[at]?.startsWith('// oxlint-disable') === true) at--;
  if (!(lines[at] ?? '').trimEnd().endsWith('*/')) return false;
  while (at > 0 && !lines[at]?.startsWith('/*')) at--;
  return lines[at]?.startsWith('/**') ?? false;
}

/** Names of the functions and classes that a module exports. */
async function exportedFunctions(source: string): Promise<string[]> {
  const { body } = await parse(source, { syntax: 'typescript', target: 'esnext' });
  const listed = new Set(body.flatMap(listedExports));
  return [...new Set(body.flatMap((item) => functionsOf(item, listed)))];
}

/** Names in `export { a, b }`. */
function listedExports(item: ModuleItem): string[] {
  if (item.type !== 'ExportNamedDeclaration' || item.source) return [];
  return item.specifiers.flatMap((specifier) =>
    specifier.type === 'ExportSpecifier' ? [specifier.orig.value] : [],
  );
}

function functionsOf(item: ModuleItem, listed: ReadonlySet<string>): string[] {
  const isExported = item.type === 'ExportDeclaration';
  const declaration = isExported ? item.declaration : item;
  const names: string[] = [];
  if (declaration.type === 'FunctionDeclaration' || declaration.type === 'ClassDeclaration') {
    names.push(declaration.identifier.value);
  } else if (declaration.type === 'VariableDeclaration') {
    for (const { id, init } of declaration.declarations) {
      const isFunction = init?.type === 'ArrowFunctionExpression' || init?.type === 'FunctionExpression';
      if (isFunction && id.type === 'Identifier') names.push(id.value);
    }
  }
  return names.filter((name) => isExported || listed.has(name));
}

function insteadOf(word: string): string {
  const [, instead = ''] =
    [...bannedWords].find(([pattern]) => new RegExp(`^(${pattern})$`, 'i').test(word)) ?? [];
  return instead;
}

const banned = 'told';
const planted = `
/** Fine. */
export function documented(): void {}
export function first(): void {}
// No doc comment.
export class Second {}
export const third = (): void => {};
const fourth = (): void => {};
export { fourth };
/** What a client is ${banned}. */
export const notAFunction = 1;
// ${'long '.repeat(25)}
export function overloaded(text: string): void; // A ${'long '.repeat(20)}
`;
const expected = [
  ...['first', 'Second', 'third', 'fourth', 'overloaded'].map((name) => `${name} has no doc comment`),
  '"told": say given, required, answered or notified',
  'the comment ends at column 128',
  'the comment ends at column 153',
];
const found = (await inspect('planted.ts', planted)).map(({ text }) => text);
const difference = [
  ...expected.filter((text) => !found.includes(text)).map((text) => `not found: ${text}`),
  ...found.filter((text) => !expected.includes(text)).map((text) => `not expected: ${text}`),
];
if (difference.length > 0) throw new Error(`in a planted file: ${difference.join('; ')}`);

process.chdir(resolve(import.meta.dirname, '..'));
let files = 0;
let faults = 0;
for (const folder of folders) {
  for (const path of await findFiles(folder, ['.ts'])) {
    if (path.includes('/generated/')) continue;
    files++;
    for (const { line, text } of await inspect(path, await readFile(path, 'utf8'))) {
      faults++;
      console.error(`${path}:${line}: ${text}`);
    }
  }
}
console.log(`${files} files, ${faults} faults in comments`);
if (faults > 0) process.exitCode = 1;
