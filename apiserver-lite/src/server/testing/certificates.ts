import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

// The library takes its algorithms from here.
cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** PEM texts of a certificate and its key. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** Signs certificates for one test. */
export interface TestAuthority {
  /** PEM. */
  cert: string;
  /** For `localhost` and `127.0.0.1`, or these DNS names. */
  server(names?: readonly string[]): Promise<KeyPair>;
  client(name: string, groups?: readonly string[], notAfter?: Date): Promise<KeyPair>;
}

/** A certificate authority that lives as long as its test. */
export async function testAuthority(commonName = 'test-ca'): Promise<TestAuthority> {
  const keys = await generateKeys();
  const authority = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${commonName}`,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });

  async function issue(
    subject: object[],
    usage: 'server' | 'client',
    { notAfter, names }: { notAfter?: Date | undefined; names?: readonly string[] | undefined } = {},
  ): Promise<KeyPair> {
    const own = await generateKeys();
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: subject as never,
      issuer: authority.subject,
      notBefore: new Date(Date.now() - 60_000),
      notAfter: notAfter ?? new Date(Date.now() + 86_400_000),
      signingAlgorithm: algorithm,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      extensions: [
        new ExtendedKeyUsageExtension([
          usage === 'server' ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth,
        ]),
        new SubjectAlternativeNameExtension(
          names?.map((value) => ({ type: 'dns' as const, value })) ?? [
            { type: 'dns', value: 'localhost' },
            { type: 'ip', value: '127.0.0.1' },
          ],
        ),
      ],
    });
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', own.privateKey)).toString('base64');
    return {
      cert: certificate.toString('pem'),
      key: `-----BEGIN PRIVATE KEY-----\n${pkcs8.replaceAll(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
    };
  }

  return {
    cert: authority.toString('pem'),
    server: (names) => issue([{ CN: ['apiserver'] }], 'server', { names }),
    client: (name, groups = [], notAfter) =>
      issue([...groups.map((group) => ({ O: [group] })), { CN: [name] }], 'client', { notAfter }),
  };
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ]) as Promise<webcrypto.CryptoKeyPair>;
}

function serialNumber(): string {
  return `01${randomBytes(8).toString('hex')}`;
}
