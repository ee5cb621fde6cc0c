import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { flagError } from './flag-error.ts';
import type { ApiserverFlagReader } from './flag-reader.ts';

/** How the HTTPS port speaks TLS. */
export interface TlsOptions {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL's list. */
  readonly ciphers?: string;
  /** OpenSSL's list of groups. */
  readonly ecdhCurve?: string;
}

/** Makes `apiserver.crt` and `apiserver.key` in a folder, for these host names and addresses. */
export type MakeCertificate = (request: {
  certFile: string;
  keyFile: string;
  hosts: readonly string[];
}) => Promise<void>;

/**
 * The serving certificate and the limits of TLS. Without `--tls-cert-file` the certificate lies in
 * `--cert-dir`, and is made there where it is missing, as by kube-apiserver (envtest relies on that).
 *
 * @throws ApiserverFlagError for what cannot be read, made or understood.
 */
export async function tlsOptions(
  reader: ApiserverFlagReader,
  hosts: readonly string[],
  makeCertificate: MakeCertificate | undefined,
): Promise<TlsOptions> {
  const minVersion = tlsMinVersion(reader);
  const ciphers = tlsCiphers(reader);
  const ecdhCurve = tlsCurves(reader);
  return {
    ...(await certificate(reader, hosts, makeCertificate)),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(ciphers === undefined ? {} : { ciphers }),
    ...(ecdhCurve === undefined ? {} : { ecdhCurve }),
  };
}

async function certificate(
  reader: ApiserverFlagReader,
  hosts: readonly string[],
  makeCertificate: MakeCertificate | undefined,
): Promise<{ cert: Buffer; key: Buffer }> {
  if (reader.text('tls-cert-file') !== '' || reader.text('tls-private-key-file') !== '') {
    return {
      cert: await reader.requiredFile('tls-cert-file'),
      key: await reader.requiredFile('tls-private-key-file'),
    };
  }
  const folder = reader.text('cert-dir');
  if (folder === '') throw flagError('tls-cert-file', 'must be given, or --cert-dir');
  const certFile = join(folder, 'apiserver.crt');
  const keyFile = join(folder, 'apiserver.key');
  try {
    const there = await Promise.all([isReadable(certFile), isReadable(keyFile)]);
    if (there.includes(false)) {
      if (makeCertificate === undefined) throw new Error(`${certFile} and ${keyFile} are not both there`);
      await mkdir(folder, { recursive: true, mode: 0o755 });
      await makeCertificate({ certFile, keyFile, hosts });
    }
    return { cert: await readFile(certFile), key: await readFile(keyFile) };
  } catch (error) {
    throw flagError('cert-dir', `cannot be used for a serving certificate: ${(error as Error).message}`);
  }
}

function isReadable(file: string): Promise<boolean> {
  return access(file, constants.R_OK).then(
    () => true,
    () => false,
  );
}

function tlsMinVersion(reader: ApiserverFlagReader): TlsOptions['minVersion'] {
  const name = reader.text('tls-min-version');
  if (name === '') return undefined;
  if (name === 'VersionTLS12') return 'TLSv1.2';
  if (name === 'VersionTLS13') return 'TLSv1.3';
  throw flagError('tls-min-version', `is "${name}", but must be VersionTLS12 or VersionTLS13`);
}

/** In Go the suites of TLS 1.3 are always on, and names choose among those of TLS 1.2. */
const tls13Suites = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

function tlsCiphers(reader: ApiserverFlagReader): string | undefined {
  const names = reader.list('tls-cipher-suites');
  if (names.length === 0) return undefined;
  // OpenSSL takes the standard names, of which Go has two in an older form too.
  const suites = names.map((name) => name.replace(/_POLY1305$/, '_POLY1305_SHA256'));
  suites.forEach((suite, index) => {
    if (suite.startsWith('TLS_') && isTaken({ ciphers: suite })) return;
    throw flagError('tls-cipher-suites', `has ${names[index]}: Cipher suite not supported or doesn't exist`);
  });
  return [...tls13Suites, ...suites].join(':');
}

/** Go's `tls.CurveID`, as in the registry of supported groups of TLS. */
const curves: Readonly<Record<string, string>> = {
  '23': 'P-256',
  '24': 'P-384',
  '25': 'P-521',
  '29': 'X25519',
  '4587': 'SecP256r1MLKEM768',
  '4588': 'X25519MLKEM768',
  '4589': 'SecP384r1MLKEM1024',
};

function tlsCurves(reader: ApiserverFlagReader): string | undefined {
  const ids = reader.list('tls-curve-preferences').filter((id) => id !== '[]');
  if (ids.length === 0) return undefined;
  const names = ids.map((id) => {
    const name = Object.hasOwn(curves, id) ? curves[id] : undefined;
    if (name !== undefined && isTaken({ ecdhCurve: name })) return name;
    throw flagError('tls-curve-preferences', `has ${id}, which is not supported`);
  });
  return names.join(':');
}

function isTaken(options: { ciphers?: string; ecdhCurve?: string }): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
