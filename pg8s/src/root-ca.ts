import { readFile } from 'node:fs/promises';
import { UsageError } from './usage-error.ts';

/**
 * The PEM of `--root-ca-file`; empty for an empty path. kube-controller-manager refuses what holds no
 * certificate, too.
 *
 * @throws UsageError where the file cannot be read or holds no certificate.
 */
export async function readRootCa(path: string): Promise<string> {
  if (path === '') return '';
  try {
    const pem = await readFile(path, 'utf8');
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no PEM certificate');
    return pem;
  } catch (error) {
    throw new UsageError(`--root-ca-file ${path}: ${(error as Error).message}`, { cause: error });
  }
}
