import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from '@peculiar/x509';

cryptoProvider.set(webcrypto);

const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** PEM texts. */
export interface TestCertificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate authority for one test: its own certificate, and ones for localhost that it signs. */
export async function createTestAuthority(): Promise<{
  ca: Buffer;
  /** For these DNS names; default: localhost and 127.0.0.1. */
  issue(name: string, dnsNames?: readonly string[]): Promise<TestCertificate>;
  /** A list that these certificates are on, as PEM and as the bytes in it. */
  revoke(...certificates: TestCertificate[]): Promise<{ pem: string; der: Buffer }>;
}> {
  const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
  const authorityKeys = await generateKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: serialNumber(),
    name: 'CN=pg8s test authority',
    keys: authorityKeys,
    signingAlgorithm,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return {
    ca: Buffer.from(authority.toString('pem')),
    async issue(name, dnsNames) {
      const keys = await generateKeys();
      const certificate = await X509CertificateGenerator.create({
        ...validity,
        serialNumber: serialNumber(),
        subject: `CN=${name}`,
        issuer: authority.subject,
        publicKey: keys.publicKey,
        signingKey: authorityKeys.privateKey,
        signingAlgorithm,
        extensions: [
          new SubjectAlternativeNameExtension(
            dnsNames?.map((value) => ({ type: 'dns', value })) ?? [
              { type: 'dns', value: 'localhost' },
              { type: 'ip', value: '127.0.0.1' },
            ],
          ),
        ],
      });
      const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
      const body = der.toString('base64').replace(/(.{64})/g, '$1\n');
      return {
        cert: Buffer.from(certificate.toString('pem')),
        key: Buffer.from(`-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`),
      };
    },
    async revoke(...certificates) {
      const list = await X509CrlGenerator.create({
        issuer: authority.subject,
        thisUpdate: validity.notBefore,
        nextUpdate: validity.notAfter,
        entries: certificates.map(({ cert }) => ({
          serialNumber: new X509Certificate(cert).serialNumber,
          revocationDate: validity.notBefore,
        })),
        signingKey: authorityKeys.privateKey,
        signingAlgorithm,
      });
      return {
        pem: list.toString('pem').replaceAll(/(BEGIN|END) CRL/g, '$1 X509 CRL'),
        der: Buffer.from(list.rawData),
      };
    },
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
}

function serialNumber(): string {
  // Positive, and without a leading zero byte.
  const bytes = randomBytes(8);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
