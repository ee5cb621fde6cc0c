import {
  closeSync,
  createReadStream,
  createWriteStream,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { LineWriter } from './log.ts';

/** When a file is put aside, and what becomes of it (`--audit-log-max…`). */
export interface RotationOptions {
  path: string;
  /** MiB; 0: never. */
  maxSizeMiB: number;
  /** Files put aside that are kept; 0: all. */
  maxBackups: number;
  /** Days that they are kept; 0: for ever. */
  maxAgeDays: number;
  compress: boolean;
}

const compressed = '.gz';

/**
 * A file of lines. When the next one would make it larger than it may be, the file is put aside as
 * `audit-2026-01-31T12-30-00.000.log` and begun anew; old ones are compressed and removed. Lines are written
 * at once: a line that was written is in the file, whatever happens to the process. Names and permissions
 * are those of kube-apiserver (which has them from lumberjack).
 */
export class RotatingFile implements LineWriter {
  readonly #options: RotationOptions;
  readonly #now: () => Date;
  readonly #failed: (error: unknown) => void;
  #file: number;
  #bytes: number;
  #tidying: Promise<void> = Promise.resolve();

  /**
   * Opens or creates the file and its folder. `failed`: an old file could not be compressed or removed.
   * Throws the error of the file system.
   */
  constructor(
    options: RotationOptions,
    { failed, now = () => new Date() }: { failed: (error: unknown) => void; now?: () => Date },
  ) {
    this.#options = options;
    this.#now = now;
    this.#failed = failed;
    mkdirSync(dirname(options.path), { recursive: true, mode: 0o700 });
    this.#file = openSync(options.path, 'a', 0o600);
    this.#bytes = fstatSync(this.#file).size;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    const maxBytes = this.#options.maxSizeMiB * 1024 * 1024;
    if (maxBytes > 0 && bytes.length > maxBytes) {
      throw new Error(`write length ${bytes.length} exceeds maximum file size ${maxBytes}`);
    }
    if (maxBytes > 0 && this.#bytes + bytes.length > maxBytes) this.#rotate();
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
    this.#bytes += bytes.length;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Resolves when old files are compressed and removed. */
  get tidied(): Promise<void> {
    return this.#tidying;
  }

  #rotate(): void {
    const { path } = this.#options;
    const { dir, stem, extension } = namesOf(path);
    closeSync(this.#file);
    const time = this.#now().toISOString().replace('Z', '').replaceAll(':', '-');
    renameSync(path, join(dir, `${stem}-${time}${extension}`));
    this.#file = openSync(path, 'a', 0o600);
    this.#bytes = 0;
    this.#tidying = this.#tidying.then(() => this.#tidy()).catch(this.#failed);
  }

  async #tidy(): Promise<void> {
    const { path, maxBackups, maxAgeDays, compress } = this.#options;
    const { dir, stem, extension } = namesOf(path);
    const oldest = this.#now().getTime() - maxAgeDays * 86_400_000;
    const backups = readdirSync(dir)
      .flatMap((name) => {
        const plain = name.endsWith(compressed) ? name.slice(0, -compressed.length) : name;
        if (!plain.startsWith(`${stem}-`) || !plain.endsWith(extension)) return [];
        const timeText = plain.slice(stem.length + 1, plain.length - extension.length);
        const parts = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(timeText);
        if (parts === null) return [];
        const time = Date.parse(`${parts[1]}T${parts[2]}:${parts[3]}:${parts[4]}Z`);
        return [{ name, time }];
      })
      .sort((a, b) => b.time - a.time);
    for (const [index, { name, time }] of backups.entries()) {
      const isTooMany = maxBackups > 0 && index >= maxBackups;
      const isTooOld = maxAgeDays > 0 && time < oldest;
      const file = join(dir, name);
      if (isTooMany || isTooOld) rmSync(file, { force: true });
      else if (compress && !name.endsWith(compressed)) await compressFile(file);
    }
  }
}

function namesOf(path: string): { dir: string; stem: string; extension: string } {
  const extension = extname(path);
  return { dir: dirname(path), stem: basename(path, extension), extension };
}

async function compressFile(file: string): Promise<void> {
  await pipeline(
    createReadStream(file),
    createGzip(),
    createWriteStream(`${file}${compressed}`, { mode: 0o600 }),
  );
  rmSync(file, { force: true });
}
