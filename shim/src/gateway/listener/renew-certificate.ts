import { unwatchFile, watchFile } from 'node:fs';

export interface RenewOptions {
  files: readonly string[];
  intervalMs: number;
  /** Takes the files' new contents; what it throws is passed to `onError`, and the old ones stay in use. */
  renew: () => void;
  onError: (error: Error) => void;
}

/**
 * Looks for renewed certificates, so that they serve without a restart (etcd reads them anew for every
 * handshake). Returns how to stop looking.
 */
export function renewWhenChanged({ files, intervalMs, renew, onError }: RenewOptions): () => void {
  // Polled: directories that are swapped by a symbolic link (Kubernetes' mounted Secrets) have no events for
  // their files.
  const onChange = (
    now: { mtimeMs: number; ino: number },
    before: { mtimeMs: number; ino: number },
  ): void => {
    if (now.mtimeMs === before.mtimeMs && now.ino === before.ino) return;
    try {
      renew();
    } catch (error) {
      onError(error as Error);
    }
  };
  for (const file of files) watchFile(file, { persistent: false, interval: intervalMs }, onChange);
  return () => {
    for (const file of files) unwatchFile(file, onChange);
  };
}
