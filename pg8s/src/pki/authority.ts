import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

// The library takes its algorithms from here.
cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 24 * 3600 * 1000;
const authorityDays = 3650;
const certificateDays = 365;
/** Certificates are dated back a little, for clients whose clocks are behind. */
const backdateMs = 5 * 60 * 1000;

/** A certificate and its private key, PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** What a certificate says and what it may be used for. */
export interface CertificateRequest {
  commonName: string;
  /** Groups, for Kubernetes clients. */
  organizations?: readonly string[];
  /** DNS names and IP addresses of a server. */
  hosts?: readonly string[];
  usages: readonly ('client' | 'server')[];
}

interface LoadedAuthority {
  certificate: X509Certificate;
  key: webcrypto.CryptoKey;
}

/** A new self-signed CA: ECDSA P-256, ten years. */
export async function createAuthority(commonName: string, nowMs = Date.now()): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [commonName] }],
    ...validity(nowMs, authorityDays),
    signingAlgorithm: algorithm,
    keys: keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.keyCertSign,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pemPair(certificate, keys.privateKey);
}

/** A new certificate of one year, with a key of its own, signed by `authority`. */
export async function issueCertificate(
  authority: KeyPair,
  request: CertificateRequest,
  nowMs = Date.now(),
): Promise<KeyPair> {
  const issuer = await load(authority);
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [...(request.organizations ?? []).map((name) => ({ O: [name] })), { CN: [request.commonName] }],
    issuer: issuer.certificate.subjectName,
    ...validity(nowMs, certificateDays),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: issuer.key,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
      new ExtendedKeyUsageExtension(
        request.usages.map((usage) =>
          usage === 'client' ? ExtendedKeyUsage.clientAuth : ExtendedKeyUsage.serverAuth,
        ),
      ),
      await AuthorityKeyIdentifierExtension.create(issuer.certificate),
      ...(request.hosts === undefined || request.hosts.length === 0
        ? []
        : [
            new SubjectAlternativeNameExtension(
              request.hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host })),
            ),
          ]),
    ],
  });
  return pemPair(certificate, keys.privateKey);
}

/** A new certificate of a server that stands for itself, as etcd makes them for --auto-tls. */
export async function createSelfSigned(
  request: { organization: string; hosts: readonly string[]; years: number },
  nowMs = Date.now(),
): Promise<KeyPair> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ O: [request.organization] }],
    ...validity(nowMs, request.years * certificateDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.cRLSign,
        true,
      ),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        request.hosts.map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host })),
      ),
    ],
  });
  return pemPair(certificate, keys.privateKey);
}

function validity(nowMs: number, days: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(nowMs - backdateMs), notAfter: new Date(nowMs + days * dayMs) };
}

/** 127 random bits, positive. */
function serialNumber(): string {
  const bytes = webcrypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return Buffer.from(bytes).toString('hex');
}

async function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

async function load({ cert, key }: KeyPair): Promise<LoadedAuthority> {
  const pkcs8 = PemConverter.decodeFirst(key);
  return {
    certificate: new X509Certificate(cert),
    key: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
  };
}

async function pemPair(certificate: X509Certificate, key: webcrypto.CryptoKey): Promise<KeyPair> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return { cert: `${certificate.toString('pem')}\n`, key: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` };
}
