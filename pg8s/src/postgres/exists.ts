import { access } from 'node:fs/promises';

/** Whether there is anything at `path` that we can see. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
