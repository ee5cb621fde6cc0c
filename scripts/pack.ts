/**
 * Makes `pg8s/dist`, what the npm package holds besides its command: Node strips no types below
 * `node_modules`, so they are stripped here, and the private packages `@pg8s/…` that pg8s is made of come
 * along. `npm pack` in `pg8s/` calls it.
 *
 * - What the roots below reach is taken: `pg8s/src/x.ts` as `dist/x.js`, and `shim/src/x.ts` as
 *   `dist/@pg8s/shim/x.js`.
 * - Specifiers `@pg8s/shim/x` become relative ones. Files that code names by `new URL(…, import.meta.url)`
 *   come along: tables, migrations, worker threads.
 * - Declarations are kept of what the public entries reach.
 *
 * It fails where the result would not work: a file that is not there, or a package that pg8s/package.json
 * does not name.
 */
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { runProgram } from './run-program.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'pg8s/dist');

/** What other programs import, with types. */
const publicEntries = ['pg8s/src/index', 'pg8s/src/testing'];
/** What Node is started with. */
const programs = ['pg8s/src/run', 'pg8s/src/healthcheck'];

/** Specifiers of imports and exports, in code and in declarations. */
const specifiers =
  /(?<=^\s*(?:import|export)\s[^"'\n]*\bfrom\s*|^\s*import\s*|\bimport\(\s*)(["'])([^"'\n]+)\1/gm;
/** Files beside a module. */
const neighbours = /(?<=\bnew URL\(\s*)'([^'\n]+)'(?=,\s*import\.meta\.url)/g;

/** Paths relative to the root, with `/`. */
const inPackage = /^pg8s\/src\/(.+)$/;
const inPart = /^([a-z0-9-]+)\/src\/(.+)$/;

/** Where a file of the sources, named relative to the root, is in `dist`. */
function packedPath(path: string): string {
  const [, own] = inPackage.exec(path) ?? [];
  if (own !== undefined) return own;
  const [, part, rest] = inPart.exec(path) ?? [];
  if (part === undefined) throw new Error(`${path} is in no package`);
  return `@pg8s/${part}/${rest}`;
}

/** What a specifier in the file `from` names, relative to the root; undefined for a package of others. */
function target(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(from), specifier));
  const [, part, rest] = /^@pg8s\/([a-z0-9-]+)\/(.+)$/.exec(specifier) ?? [];
  return part === undefined ? undefined : `${part}/src/${rest}.ts`;
}

/** `fs/promises` of `node:fs/promises` is no package; of `@a/b/c` it is `@a/b`. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('node:') || builtinModules.includes(specifier)) return undefined;
  return /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
}

class Packing {
  /** The compiler's output, laid out like the sources. */
  readonly #compiled: string;
  readonly #done = new Set<string>();
  /** Of others, that what was taken imports. */
  readonly packages = new Set<string>();

  constructor(compiled: string) {
    this.#compiled = compiled;
  }

  get count(): number {
    return this.#done.size;
  }

  /** Takes the module `path` (`shim/src/server.js` or `….d.ts`) and all that it reaches. */
  async take(path: string): Promise<void> {
    const waiting = [path];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (this.#done.has(next)) continue;
      this.#done.add(next);
      waiting.push(...(await this.#takeOne(next)));
    }
  }

  async #takeOne(path: string): Promise<string[]> {
    const ending = path.endsWith('.d.ts') ? '.d.ts' : '.js';
    const reached: string[] = [];
    const files: string[] = [];
    const text = await readFile(join(this.#compiled, path), 'utf8');
    const relativeTo = (found: string): string => {
      const way = relative(dirname(packedPath(path)), packedPath(found));
      return way.startsWith('.') ? way : `./${way}`;
    };
    let packed = text.replaceAll(specifiers, (_, quote: string, specifier: string) => {
      const found = target(path, specifier);
      if (found === undefined) {
        const name = packageOf(specifier);
        if (name !== undefined) this.packages.add(name);
        return `${quote}${specifier}${quote}`;
      }
      const module = found.replace(/\.(ts|js)$/, '');
      reached.push(`${module}${ending}`);
      return `${quote}${relativeTo(`${module}.js`)}${quote}`;
    });
    packed = packed.replaceAll(neighbours, (_, name: string) => {
      const found = target(path, name)!;
      if (name.endsWith('.ts')) {
        reached.push(found.replace(/\.ts$/, '.js'));
        return `'${name.replace(/\.ts$/, '.js')}'`;
      }
      // What is above the sources of pg8s is in the package anyway.
      if (found !== 'pg8s/package.json') files.push(found);
      return `'${name}'`;
    });
    const left = /import\.meta\.(dirname|filename)|["']@pg8s\/|["']\.[^"'\n]*\.ts["']/.exec(
      packed.replaceAll(/^\s*(\/?\*|\/\/).*$/gm, ''),
    );
    if (left !== null) throw new Error(`${path} names what is not in the package: ${left[0]}`);
    await this.#write(path, packed);
    for (const file of files) await this.#copy(file);
    return reached;
  }

  async #write(path: string, text: string): Promise<void> {
    const file = join(dist, packedPath(path));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async #copy(path: string): Promise<void> {
    const source = join(root, path);
    const isFolder = (await stat(source)).isDirectory();
    await cp(source, join(dist, packedPath(path)), {
      recursive: isFolder,
      filter: (name) => !name.endsWith('.ts'),
    });
  }
}

async function compile(folder: string): Promise<void> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const args = [tsc, '-p', join(root, 'tsconfig.pack.json'), '--outDir', folder];
  const code = await runProgram(process.execPath, args, process.env);
  if (code !== 0) throw new Error(`tsc ended with ${code}`);
}

/** What is imported must be installed with pg8s, and what is installed imported. */
async function checkDependencies(imported: ReadonlySet<string>): Promise<void> {
  const { dependencies } = JSON.parse(await readFile(join(root, 'pg8s/package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const named = new Set(Object.keys(dependencies));
  const missing = [...imported.difference(named)];
  const unused = [...named.difference(imported)];
  if (missing.length > 0) throw new Error(`pg8s/package.json lacks dependencies: ${missing.join(', ')}`);
  if (unused.length > 0) throw new Error(`pg8s/package.json has unused dependencies: ${unused.join(', ')}`);
}

const compiled = await mkdtemp(join(tmpdir(), 'pg8s-pack-'));
try {
  await rm(dist, { recursive: true, force: true });
  await compile(compiled);
  const packing = new Packing(compiled);
  for (const entry of [...publicEntries, ...programs]) await packing.take(`${entry}.js`);
  for (const entry of publicEntries) await packing.take(`${entry}.d.ts`);
  await checkDependencies(packing.packages);
  console.log(`pg8s/dist: ${packing.count} modules`);
} finally {
  await rm(compiled, { recursive: true, force: true });
}
