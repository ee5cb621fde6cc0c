import { readFile } from 'node:fs/promises';
import { parseGoDuration } from '@pg8s/k8s-proto/component-base/go-duration';
import { flagError } from './flag-error.ts';

/** Reads flags by name, and the files that they name; every problem is an ApiserverFlagError. */
export class FlagReader {
  readonly text: (name: string) => string;

  constructor(text: (name: string) => string) {
    this.text = text;
  }

  integer(name: string): number {
    const value = this.text(name);
    if (!/^\d+$/.test(value)) throw flagError(name, `is "${value}", but must be a whole number`);
    return Number(value);
  }

  positive(name: string): number {
    const value = this.integer(name);
    if (value === 0) throw flagError(name, 'must be greater than 0');
    return value;
  }

  list(name: string): string[] {
    return this.text(name)
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  boolean(name: string): boolean {
    const value = this.text(name).toLowerCase();
    if (['true', 't', '1', ''].includes(value)) return true;
    if (['false', 'f', '0'].includes(value)) return false;
    throw flagError(name, `is "${value}", but must be true or false`);
  }

  durationMs(name: string): number {
    const value = parseGoDuration(this.text(name));
    if (value === undefined || value < 0) {
      throw flagError(name, `is "${this.text(name)}", but must be a duration such as 30s or 1h30m`);
    }
    return value;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.text(name);
    const found = choices.find((choice) => choice === value);
    if (found === undefined) {
      throw flagError(name, `is "${value}", but must be one of ${choices.join(', ')}`);
    }
    return found;
  }

  async file(name: string): Promise<Buffer | undefined> {
    const path = this.text(name);
    return path === '' ? undefined : this.fileAt(name, path);
  }

  /** One of the files that the flag names. */
  async fileAt(name: string, path: string): Promise<Buffer> {
    try {
      return await readFile(path);
    } catch (error) {
      throw flagError(name, `cannot be read: ${(error as Error).message}`);
    }
  }

  async requiredFile(name: string): Promise<Buffer> {
    const contents = await this.file(name);
    if (contents === undefined) throw flagError(name, 'must be given');
    return contents;
  }
}
