import { DatabaseSync } from 'node:sqlite';

/** A lock that this process holds. */
export interface FileLock {
  release(): void;
}

/** SQLITE_BUSY, the result code of SQLite for a database that somebody else has locked. */
const busy = 5;

/**
 * Takes the lock `file`, which is made when missing and stays there; undefined while somebody else holds it,
 * this process included. The kernel lets go of it when the process ends, in whatever way, and another file (a
 * copy) is another lock. Node cannot lock files; SQLite, which it brings, can: fcntl(2) on Linux and macOS,
 * which holds between containers too. Throws the system's reason when the file cannot be opened.
 */
export function takeFileLock(file: string): FileLock | undefined {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    // Nothing is ever written, and no journal is made.
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if ((error as { errcode?: number }).errcode === busy) return undefined;
    throw error;
  }
}
