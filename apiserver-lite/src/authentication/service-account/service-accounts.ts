import type { ResourceStorage } from '../../storage/storage.ts';
import { serviceAccountAuthenticator, type ServiceAccountAuthenticator } from './authenticate-token.ts';
import type { LegacyTokenOptions } from './legacy-token.ts';
import { type TokenIssuer, tokenIssuer } from './issue-token.ts';
import { readSigningKey, readVerifyingKeys, type VerifyingKey } from './token-keys.ts';
import type { ServiceAccountOptions } from './token-options.ts';

export interface ServiceAccountParts {
  /** Milliseconds since the epoch. */
  clock: () => number;
  /** Asked when the first token comes. */
  storageOf(group: string, resource: string): ResourceStorage;
  /** See `LegacyTokenOptions`. */
  labelSecret: LegacyTokenOptions['labelSecret'];
  /** Counts the uses of tokens. */
  uses?: NonNullable<LegacyTokenOptions['uses']>;
}

/** All that an API server does about tokens of service accounts. */
export interface ServiceAccounts {
  authenticate: ServiceAccountAuthenticator;
  keys: readonly VerifyingKey[];
  apiAudiences: readonly string[];
  /** The issuer whose name new tokens bear. */
  issuerName: string;
  /** Undefined without a signing key. */
  issuer: TokenIssuer | undefined;
}

/** Reads the keys and puts the parts together. @throws TokenKeyError */
export function serviceAccounts(options: ServiceAccountOptions, parts: ServiceAccountParts): ServiceAccounts {
  const { issuers, keyFiles, signingKeyFile, lookup = true } = options;
  const apiAudiences = options.apiAudiences ?? issuers;
  const keys = keyFiles.flatMap((pem) => readVerifyingKeys(pem));
  const [issuerName = ''] = issuers;
  return {
    authenticate: serviceAccountAuthenticator({
      issuers,
      keys,
      apiAudiences,
      lookup,
      clock: parts.clock,
      storageOf: (resource) => parts.storageOf('', resource),
      labelSecret: parts.labelSecret,
      ...(parts.uses === undefined ? {} : { uses: parts.uses }),
    }),
    keys,
    apiAudiences,
    issuerName,
    issuer:
      signingKeyFile === undefined ? undefined : tokenIssuer(issuerName, readSigningKey(signingKeyFile)),
  };
}
