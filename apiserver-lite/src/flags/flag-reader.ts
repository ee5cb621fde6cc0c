import { readFile } from 'node:fs/promises';
import { FlagReader, type GivenFlags } from '@pg8s/k8s-proto/component-base/flag-reader';
import { ApiserverFlagError } from './flag-error.ts';
import { apiserverFlags } from './flags-table.ts';

/** Reads flags of kube-apiserver, and the files that they name; every problem is an ApiserverFlagError. */
export class ApiserverFlagReader extends FlagReader {
  constructor(given: GivenFlags) {
    super({
      program: 'kube-apiserver',
      flags: apiserverFlags,
      given,
      error: (message) => new ApiserverFlagError(message),
    });
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
      throw this.wrong(name, `cannot be read: ${(error as Error).message}`);
    }
  }

  async requiredFile(name: string): Promise<Buffer> {
    const contents = await this.file(name);
    if (contents === undefined) throw this.wrong(name, 'must be given');
    return contents;
  }
}
