import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { goFolder, runGo } from '../../clients/build-go.ts';
import { run } from '../../command.ts';

/** What the scripts source and read. */
const parts = [
  'hack/lib',
  'hack/testdata',
  'test/cmd',
  'test/fixtures',
  'test/e2e/testing-manifests',
  'third_party/forked/shell2junit',
];

/**
 * Copies the scripts of kubectl's own tests out of the module of Kubernetes into `folder`, with the programs
 * where they look for them; they write files beside themselves.
 */
export async function copyScripts(folder: string, programs: Readonly<Record<string, string>>): Promise<void> {
  const module = await runGo(goFolder('kubernetes'), ['mod', 'download', '-json', 'k8s.io/kubernetes']);
  if (module.missing !== undefined) throw new Error(module.missing);
  const { Dir: original } = JSON.parse(module.output) as { Dir: string };
  for (const part of parts) {
    await mkdir(dirname(join(folder, part)), { recursive: true });
    await run('cp', ['-R', join(original, part), join(folder, part)]);
  }
  await run('chmod', ['-R', 'u+w', folder]);
  // Modules have no executable files, and these are programs.
  await run('chmod', ['-R', 'a+x', join(folder, 'test/fixtures/pkg/kubectl/plugins')]);
  await mkdir(join(folder, '_output/bin'), { recursive: true });
  for (const [name, path] of Object.entries(programs)) await symlink(path, join(folder, '_output/bin', name));
}
