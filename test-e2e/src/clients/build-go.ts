import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, constants, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
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
  const source = join(sources, folder);
  const target = join(cache, `${folder}-${await fingerprint(source)}`);
  const names = Object.keys(packages) as Name[];
  const paths = Object.fromEntries(names.map((name) => [name, join(target, name)])) as Record<Name, string>;
  const absent: Name[] = [];
  for (const name of names) if (!(await isExecutable(paths[name]))) absent.push(name);
  if (absent.length === 0) return { paths };

  const options = {
    cwd: source,
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
  };
  const wanted = absent.map((name) => packages[name]);
  const missing = await run('go', ['list', '-deps', ...wanted], options).then(
    () => undefined,
    (error: NodeJS.ErrnoException & { stderr?: string }) =>
      error.code === 'ENOENT'
        ? 'Go is not on PATH'
        : `the Go modules of ${folder} are not to be had: ${lastLine(error.stderr ?? error.message)}`,
  );
  if (missing !== undefined) return { missing };
  await mkdir(target, { recursive: true });
  const work = await mkdtemp(join(cache, 'build-'));
  const set = Object.entries(variables).map(([name, value]) => ` -X ${name}=${value}`);
  const linker = `-ldflags=-s -w${set.join('')}`;
  try {
    for (const name of absent) {
      const command = name.endsWith('.test') ? ['test', '-c'] : ['build'];
      const built = join(work, name);
      await run('go', [...command, ...buildFlags, linker, '-o', built, packages[name]], options);
      // Another test may have been faster: a file is replaced as a whole.
      await rename(built, paths[name]);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { paths };
}

/** Of all that is built from. */
async function fingerprint(source: string): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(source)).sort())
    hash.update(name).update(await readFile(join(source, name)));
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
