import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sources = resolve(import.meta.dirname, '../../go');
const cache = resolve(import.meta.dirname, '../../../.cache/clients');

/** As other Go programs are built, so that packages that were compiled before are taken from Go's cache. */
const buildFlags = ['-buildvcs=false', '-trimpath'];

/**
 * Paths of the programs by name, or why this machine cannot have them: a reason to skip a test, not to fail
 * it.
 */
export type GoPrograms<Name extends string> =
  | { readonly paths: Readonly<Record<Name, string>>; readonly missing?: undefined }
  | { readonly paths?: undefined; readonly missing: string };

/**
 * Builds programs in Go, pinned by `go.mod` and `go.sum` in a folder of `test-e2e/go`, from the published
 * modules. `packages` gives the package of each program; a program whose name ends in `.test` is the test
 * binary of its package. Each is kept, and built again when that folder changes. Throws where everything
 * could be fetched and yet does not compile.
 */
export async function buildGo<Name extends string>(
  folder: string,
  packages: Readonly<Record<Name, string>>,
  /** Variables that the linker sets, by name. */
  variables: Readonly<Record<string, string>> = {},
): Promise<GoPrograms<Name>> {
  const source = goFolder(folder);
  const target = await cacheOf(folder);
  const set = Object.entries(variables).map(([name, value]) => ` -X ${name}=${value}`);
  return compileGo({ source, target, packages, linkerFlags: set.join('') });
}

/** What is compiled, and where to. */
export interface Compilation<Name extends string> {
  /** The folder with `go.mod`. */
  readonly source: string;
  /** The folder of the programs; made when missing. Programs that are there already are kept. */
  readonly target: string;
  /** The package of each program; one whose name ends in `.test` is the test binary of its package. */
  readonly packages: Readonly<Record<Name, string>>;
  readonly linkerFlags?: string;
  /** Build tags. */
  readonly tags?: readonly string[];
}

/** Compiles what is missing in `target`. Throws where all could be fetched and yet does not compile. */
export async function compileGo<Name extends string>(
  compilation: Compilation<Name>,
): Promise<GoPrograms<Name>> {
  const { source, target, packages, linkerFlags = '', tags = [] } = compilation;
  const names = Object.keys(packages) as Name[];
  const paths = Object.fromEntries(names.map((name) => [name, join(target, name)])) as Record<Name, string>;
  const absent: Name[] = [];
  for (const name of names) if (!(await isExecutable(paths[name]))) absent.push(name);
  if (absent.length === 0) return { paths };

  const tagFlags = tags.length === 0 ? [] : [`-tags=${tags.join(',')}`];
  const wanted = absent.map((name) => packages[name]);
  // What only tests import has to be there only for them.
  const tests = absent.every((name) => name.endsWith('.test')) ? ['-test'] : [];
  const listed = await runGo(source, ['list', '-deps', ...tests, ...tagFlags, ...wanted]);
  if (listed.missing !== undefined) return listed;
  await mkdir(target, { recursive: true });
  const work = await mkdtemp(join(cache, 'build-'));
  try {
    for (const name of absent) {
      const command = name.endsWith('.test') ? ['test', '-c', '-vet=off'] : ['build'];
      const built = join(work, name);
      const flags = [...buildFlags, ...tagFlags, `-ldflags=-s -w${linkerFlags}`, '-o', built];
      await run('go', [...command, ...flags, packages[name]], goOptions(source));
      // Another test may have been faster: a file is replaced as a whole.
      await rename(built, paths[name]);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { paths };
}

/** A folder of `test-e2e/go`. */
export function goFolder(name: string): string {
  return join(sources, name);
}

/** Where things are kept that are made of folders of `test-e2e/go`, as long as these stay as they are. */
export async function cacheOf(folder: string, ...others: readonly string[]): Promise<string> {
  return join(cache, `${folder}-${await fingerprint([folder, ...others].map(goFolder))}`);
}

/** What the go command says, or why this machine cannot have the modules that it would need for that. */
export async function runGo(
  source: string,
  args: readonly string[],
): Promise<{ readonly output: string; readonly missing?: undefined } | { readonly missing: string }> {
  return run('go', args, goOptions(source)).then(
    ({ stdout }) => ({ output: stdout }),
    (error: NodeJS.ErrnoException & { stdout?: string; stderr?: string }) => ({
      missing:
        error.code === 'ENOENT'
          ? 'Go is not on PATH'
          : `the Go modules of ${basename(source)} are not to be had: ${lastLine(error.stderr || error.message)}`,
    }),
  );
}

const goOptions = (cwd: string) => ({
  cwd,
  maxBuffer: 64 * 1024 * 1024,
  env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
});

/** Of all that is built from. */
async function fingerprint(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const source of folders) {
    const entries = await readdir(source, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    for (const file of files.map(({ parentPath, name }) => join(parentPath, name)).sort())
      hash.update(relative(source, file)).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 12);
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
