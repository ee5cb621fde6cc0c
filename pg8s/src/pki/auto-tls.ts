import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../make-folder.ts';
import { writePrivate } from '../private-file.ts';
import { createSelfSigned } from './authority.ts';

/**
 * The files of etcd's --auto-tls, in `fixtures/client` of the data directory: made when one is missing, for
 * the hosts of the URLs that are listened on.
 */
export async function ensureAutoTls(options: {
  dataDir: string;
  urls: readonly string[];
  years: number;
}): Promise<{ certFile: string; keyFile: string }> {
  const folder = join(options.dataDir, 'fixtures', 'client');
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  if ((await isThere(files.certFile)) && (await isThere(files.keyFile))) return files;
  await makeFolder(folder, 0o700);
  const hosts = new Set(options.urls.map((url) => new URL(url).hostname.replace(/^\[|\]$/g, '')));
  hosts.delete('');
  const { cert, key } = await createSelfSigned({
    organization: 'etcd',
    hosts: [...hosts],
    years: options.years,
  });
  await writePrivate(files.keyFile, key);
  await writePrivate(files.certFile, cert);
  return files;
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
