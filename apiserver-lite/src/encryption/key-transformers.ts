import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import type { ValueTransformer } from '../storage/value-transformer.ts';

/** The smallest value that a cipher makes is missing something. */
const tooShort = 'the stored data was shorter than the required size';

const gcmNonceBytes = 12;
const gcmTagBytes = 16;

/**
 * AES-GCM with a random nonce, bound to the key in the store: nonce, ciphertext, tag. The key has 16, 24 or
 * 32 bytes.
 */
export function aesGcm(key: Uint8Array): ValueTransformer {
  const cipherName = `aes-${key.byteLength * 8}-gcm` as 'aes-256-gcm';
  return {
    transformFromStorage(value, { authenticatedData }) {
      if (value.byteLength < gcmNonceBytes) throw new Error(tooShort);
      const [nonce, data] = [value.subarray(0, gcmNonceBytes), value.subarray(gcmNonceBytes)];
      if (data.byteLength < gcmTagBytes) throw new Error('cipher: message authentication failed');
      const end = data.byteLength - gcmTagBytes;
      try {
        const decipher = createDecipheriv(cipherName, key, nonce);
        decipher.setAAD(authenticatedData).setAuthTag(data.subarray(end));
        return {
          value: Buffer.concat([decipher.update(data.subarray(0, end)), decipher.final()]),
          stale: false,
        };
      } catch (error) {
        throw new Error('cipher: message authentication failed', { cause: error });
      }
    },
    transformToStorage(value, { authenticatedData }) {
      const nonce = randomBytes(gcmNonceBytes);
      const cipher = createCipheriv(cipherName, key, nonce).setAAD(authenticatedData);
      const encrypted = Buffer.concat([cipher.update(value), cipher.final()]);
      return Buffer.concat([nonce, encrypted, cipher.getAuthTag()]);
    },
  };
}

const blockBytes = 16;

/** AES-CBC with PKCS#7 padding and a random vector before it. Nothing is authenticated. */
export function aesCbc(key: Uint8Array): ValueTransformer {
  const cipherName = `aes-${key.byteLength * 8}-cbc`;
  return {
    transformFromStorage(value) {
      if (value.byteLength < blockBytes) throw new Error(tooShort);
      const [vector, data] = [value.subarray(0, blockBytes), value.subarray(blockBytes)];
      if (data.byteLength % blockBytes !== 0) {
        throw new Error('the stored data is not a multiple of the block size');
      }
      const decipher = createDecipheriv(cipherName, key, vector).setAutoPadding(false);
      return {
        value: unpadded(Buffer.concat([decipher.update(data), decipher.final()])),
        stale: false,
      };
    },
    transformToStorage(value) {
      const vector = randomBytes(blockBytes);
      const cipher = createCipheriv(cipherName, key, vector);
      return Buffer.concat([vector, cipher.update(value), cipher.final()]);
    },
  };
}

function unpadded(padded: Buffer): Uint8Array {
  const count = padded.at(-1) ?? 0;
  if (count === 0 || count > padded.byteLength) {
    throw new Error('invalid PKCS7 data (empty or not padded)');
  }
  const end = padded.byteLength - count;
  if (!padded.subarray(end).every((byte) => byte === count)) throw new Error('invalid padding on input');
  return padded.subarray(0, end);
}

const boxNonceBytes = 24;
const boxTagBytes = 16;

/** NaCl's secretbox (XSalsa20 and Poly1305) with a random nonce before it. The key has 32 bytes. */
export function secretBox(key: Uint8Array): ValueTransformer {
  return {
    transformFromStorage(value) {
      if (value.byteLength < boxNonceBytes + boxTagBytes) throw new Error(tooShort);
      const box = xsalsa20poly1305(key, value.subarray(0, boxNonceBytes));
      try {
        return { value: box.decrypt(value.subarray(boxNonceBytes)), stale: false };
      } catch (error) {
        // kube-apiserver says this of every box that does not open.
        throw new Error('output array was not large enough for encryption', { cause: error });
      }
    },
    transformToStorage(value) {
      const nonce = randomBytes(boxNonceBytes);
      return Buffer.concat([nonce, xsalsa20poly1305(key, nonce).encrypt(value)]);
    },
  };
}

const encryptedPrefix = Buffer.from('k8s:enc:');

/** The value as it is; what is encrypted cannot be read by it. */
export const identity: ValueTransformer = {
  transformFromStorage(value) {
    if (startsWith(value, encryptedPrefix)) {
      throw new Error('identity transformer tried to read encrypted data');
    }
    return { value, stale: false };
  },
  transformToStorage: (value) => value,
};

/** Whether the bytes begin with those of the prefix. */
export function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return (
    bytes.byteLength >= prefix.byteLength &&
    Buffer.compare(bytes.subarray(0, prefix.byteLength), prefix) === 0
  );
}
