import { cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheOf, compileGo, goFolder, type GoPrograms, runGo } from '../clients/build-go.ts';
import { run } from '../command.ts';

/** The folder of the client of the pool of etcd servers. */
const poolClient = 'etcd-pool';

/** A line that is changed in the copy of a module, and why: `edits.json` beside `go.mod` lists them. */
interface Edit {
  readonly file: string;
  /** Text that is in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  readonly why: string;
}

/** The packages of a module that have tests. */
export interface ModuleSuite<Name extends string> {
  /** A folder of `test-e2e/go`, whose `go.mod` requires the module. */
  readonly folder: string;
  /** The path of the module. */
  readonly module: string;
  /** The folder of each package inside the module. */
  readonly packages: Readonly<Record<Name, string>>;
  readonly tags?: readonly string[];
}

/** A test binary, and the folder that it is to be run in. */
export interface TestBinary {
  readonly path: string;
  readonly cwd: string;
}

/**
 * The test binaries of packages of a published module, compiled from a copy of it in which what is in
 * `overlay/` takes the place of the files of the same path, and where the lines in `edits.json` are changed;
 * the client of the pool of etcd servers is laid into it, too.
 * Nothing of the module is in this project: the copy is made from Go's module cache, and checked against
 * `go.sum`.
 */
export async function obtainModuleSuite<Name extends string>(
  suite: ModuleSuite<Name>,
): Promise<
  { binaries: Record<Name, TestBinary>; missing?: undefined } | { binaries?: undefined; missing: string }
> {
  const names = Object.keys(suite.packages) as Name[];
  const folder = await cacheOf(suite.folder, poolClient);
  const copied = await copyModule(suite, folder);
  if (copied.missing !== undefined) return copied;
  const built = (await compileGo({
    source: folder,
    target: join(folder, 'bin'),
    packages: Object.fromEntries(
      names.map((name) => [fileOf(name), join(suite.module, suite.packages[name])]),
    ),
    ...(suite.tags === undefined ? {} : { tags: suite.tags }),
  })) as GoPrograms<string>;
  if (built.missing !== undefined) return built;
  const { paths } = built;
  const binary = (name: Name): TestBinary => ({
    path: paths[fileOf(name)]!,
    cwd: join(folder, 'module', suite.packages[name]),
  });
  return {
    binaries: Object.fromEntries(names.map((name) => [name, binary(name)])) as Record<Name, TestBinary>,
  };
}

function fileOf(name: string): string {
  return `${name.replaceAll('/', '-')}.test`;
}

async function copyModule(
  { folder: name, module }: ModuleSuite<string>,
  target: string,
): Promise<{ missing?: string }> {
  if (await exists(join(target, 'module'))) return {};
  const source = goFolder(name);
  const downloaded = await runGo(source, ['mod', 'download', '-json', module]);
  if (downloaded.missing !== undefined) return downloaded;
  const { Dir: original } = JSON.parse(downloaded.output) as { Dir: string };
  await mkdir(target, { recursive: true });
  const part = join(target, `module-${process.pid}`);
  // Go's module cache is not writable.
  await run('cp', ['-R', original, part]);
  await run('chmod', ['-R', 'u+w', part]);
  await cp(goFolder(poolClient), join(part, 'etcdpool'), { recursive: true });
  const overlay = join(source, 'overlay');
  if (await exists(overlay)) await cp(overlay, part, { recursive: true, force: true });
  for (const edit of await readEdits(source)) await apply(edit, part);
  const goMod = await readFile(join(source, 'go.mod'), 'utf8');
  await writeFile(join(target, 'go.mod'), `${goMod}\nreplace ${module} => ./module\n`);
  await cp(join(source, 'go.sum'), join(target, 'go.sum'));
  await rename(part, join(target, 'module')).catch(() => rm(part, { recursive: true, force: true }));
  return {};
}

async function readEdits(source: string): Promise<readonly Edit[]> {
  const path = join(source, 'edits.json');
  return (await exists(path)) ? (JSON.parse(await readFile(path, 'utf8')) as readonly Edit[]) : [];
}

async function apply({ file, find, replace }: Edit, folder: string): Promise<void> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  const parts = text.split(find);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`);
  await writeFile(path, parts.join(replace));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
