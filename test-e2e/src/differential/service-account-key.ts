import { generateKeyPairSync, type KeyObject } from 'node:crypto';

/** Both servers sign the tokens of service accounts with it, so that a family can sign some, too. */
export const serviceAccountKey: KeyObject = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
