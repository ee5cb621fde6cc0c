import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname, join } from 'node:path';
import { writePrivate } from '../private-file.ts';
import type { CertificateRequest, KeyPair } from './authority.ts';
import { CertificateThread } from './certificate-thread.ts';
import { certificateFacts, isSignedBy, publicHalf } from './read-certificate.ts';
import { createTokenKeys, type TokenKeys } from './token-keys.ts';

/** A certificate with less than this left is replaced at start. */
const renewBeforeMs = 30 * 24 * 3600 * 1000;

/** The paths of one pair below the PKI folder. */
export interface KeyPairFiles extends KeyPair {
  certFile: string;
  keyFile: string;
}

/** The keys of service accounts, and where the private one lies. */
export interface TokenKeyFiles extends TokenKeys {
  keyFile: string;
}

/**
 * Keys and certificates in a folder, laid out as kubeadm does (`ca.crt`, `ca.key`, `apiserver.crt`,
 * `etcd/ca.crt` …). What is there and still good stays; what is missing, expires soon, was signed by another
 * CA or lacks a host is made anew. Folders are 0700, files 0600. To be closed after use.
 */
export class PkiStore {
  readonly #folder: string;
  readonly #nowMs: number;
  readonly #maker = new CertificateThread();

  constructor(folder: string, nowMs = Date.now()) {
    this.#folder = folder;
    this.#nowMs = nowMs;
  }

  /** The CA `name` (`ca`, `etcd/ca`), made when missing. */
  async authority(name: string, commonName: string): Promise<KeyPairFiles> {
    const found = await this.#read(name);
    if (found !== undefined) {
      certificateFacts(found.cert); // A damaged CA is an error: replacing it would lock everybody out.
      return found;
    }
    return this.#write(name, await this.#maker.createAuthority(commonName, this.#nowMs));
  }

  /** The certificate `name`, made or replaced when it no longer serves. */
  async certificate(name: string, authority: KeyPair, request: CertificateRequest): Promise<KeyPairFiles> {
    const found = await this.#read(name);
    if (found !== undefined && this.#serves(found, authority, request)) return found;
    return this.#write(name, await this.#maker.issueCertificate(authority, request, this.#nowMs));
  }

  /** The key pair `name` that signs tokens (`sa`): `NAME.key` and `NAME.pub`, made when missing. */
  async tokenKeys(name: string): Promise<TokenKeyFiles> {
    const keyFile = join(this.#folder, `${name}.key`);
    const publicFile = join(this.#folder, `${name}.pub`);
    const key = await readIfThere(keyFile);
    let publicKey = await readIfThere(publicFile);
    if (key !== undefined) {
      publicKey ??= publicHalf(key);
      return { key, publicKey, keyFile };
    }
    const made = createTokenKeys();
    // The public half first: a key that is found has its public half.
    await writePrivate(publicFile, made.publicKey);
    await writePrivate(keyFile, made.key);
    return { ...made, keyFile };
  }

  /** Ends the thread that makes certificates, if any was made. */
  close(): Promise<void> {
    return this.#maker.close();
  }

  #serves(found: KeyPair, authority: KeyPair, request: CertificateRequest): boolean {
    try {
      const facts = certificateFacts(found.cert);
      return (
        facts.expiresMs - this.#nowMs > renewBeforeMs &&
        (request.hosts ?? []).every((host) => facts.hosts.some((known) => sameHost(known, host))) &&
        isSignedBy(found.cert, authority.cert)
      );
    } catch {
      return false;
    }
  }

  #paths(name: string): { certFile: string; keyFile: string } {
    return { certFile: join(this.#folder, `${name}.crt`), keyFile: join(this.#folder, `${name}.key`) };
  }

  async #read(name: string): Promise<KeyPairFiles | undefined> {
    const paths = this.#paths(name);
    const [cert, key] = await Promise.all([readIfThere(paths.certFile), readIfThere(paths.keyFile)]);
    return cert === undefined || key === undefined ? undefined : { ...paths, cert, key };
  }

  async #write(name: string, pair: KeyPair): Promise<KeyPairFiles> {
    const paths = this.#paths(name);
    await mkdir(dirname(paths.certFile), { recursive: true, mode: 0o700 });
    // The key first: a certificate that is there has its key.
    await writePrivate(paths.keyFile, pair.key);
    await writePrivate(paths.certFile, pair.cert);
    return { ...paths, ...pair };
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** IPv6 addresses have several spellings. */
function sameHost(left: string, right: string): boolean {
  if (isIP(left) === 6 && isIP(right) === 6) {
    return new URL(`http://[${left}]`).hostname === new URL(`http://[${right}]`).hostname;
  }
  return left.toLowerCase() === right.toLowerCase();
}
