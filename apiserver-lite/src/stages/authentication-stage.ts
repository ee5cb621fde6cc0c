import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiserverOptions } from '../apiserver-options.ts';
import { anyOf, type Authenticator } from '../authentication/authenticator.ts';
import { bearerToken, webSocketToken, type TokenAuthenticator } from '../authentication/bearer-token.ts';
import { bootstrapToken } from '../authentication/bootstrap-token.ts';
import { clientCertificate } from '../authentication/client-certificate.ts';
import { CertificateBundle } from '../authentication/peer-certificate.ts';
import { requestHeader } from '../authentication/request-header.ts';
import { reviewToken } from '../authentication/review-token.ts';
import {
  serviceAccounts,
  type ServiceAccountParts,
  type ServiceAccounts,
} from '../authentication/service-account/service-accounts.ts';
import type { AnyAudienceLookup } from '../authentication/token-file.ts';
import type { TokenReviewer } from '../authentication/token-reviewer.ts';
import { webhookToken } from '../authentication/webhook-token.ts';
import type { OutgoingClient } from '../outgoing/outgoing-client.ts';
import type { ServerMetrics } from '../metrics/server-metrics.ts';
import type { StorageStage } from './storage-stage.ts';

/** How the server finds out who asks. */
export interface AuthenticationStage {
  readonly authenticator: Authenticator;
  /** Answers TokenReviews. */
  readonly tokenReviewer: TokenReviewer;
  /** Undefined: there are no tokens of service accounts. */
  readonly accounts: ServiceAccounts | undefined;
}

/** Reads the keys of service accounts. @throws TokenKeyError */
export function authenticationStage(
  options: ApiserverOptions,
  { storages }: StorageStage,
  { credentials }: ServerMetrics,
  { client, labelSecret }: { client: OutgoingClient; labelSecret: ServiceAccountParts['labelSecret'] },
): AuthenticationStage {
  const accounts =
    options.serviceAccounts === undefined
      ? undefined
      : serviceAccounts(options.serviceAccounts, {
          clock: Date.now,
          storageOf: (group, resource) => storages.of(group, resource),
          labelSecret,
          uses: { record: credentials.tokenUsed },
        });
  const anyAudience: AnyAudienceLookup[] = options.tokens === undefined ? [] : [options.tokens];
  if (options.bootstrapTokens === true) {
    anyAudience.push(bootstrapToken({ secrets: () => storages.of('', 'secrets'), clock: Date.now }));
  }
  const tokens: TokenAuthenticator[] = [...anyAudience];
  if (accounts !== undefined) {
    tokens.push(async (token, listener) => (await accounts.authenticate(token, { listener }))?.user);
  }
  const apiAudiences = accounts?.apiAudiences ?? [];
  const webhook =
    options.webhookTokens === undefined
      ? undefined
      : webhookToken(options.webhookTokens, {
          client,
          apiAudiences,
          clock: Date.now,
          sleep: (ms) => sleep(ms),
          random: Math.random,
        });
  if (webhook !== undefined) tokens.push(async (token: string) => (await webhook(token, apiAudiences))?.user);
  const allowAnonymous = allowsAnonymous(options);
  return {
    // Tokens are looked for also where none is configured: an unknown token is a wrong credential (401), not
    // no credential.
    authenticator: anyOf(
      [
        ...frontProxies(options),
        ...clientCertificates(options, credentials),
        bearerToken(tokens),
        webSocketToken(tokens),
      ],
      allowAnonymous,
    ),
    tokenReviewer: reviewToken({
      allowAnonymous,
      tokens: anyAudience,
      serviceAccounts: accounts?.authenticate,
      webhook,
      apiAudiences,
    }),
    accounts,
  };
}

function frontProxies({ requestHeader: trusted }: ApiserverOptions): Authenticator[] {
  return trusted === undefined ? [] : [requestHeader(trusted)];
}

/** Certificates of front proxies, too, come over the connection: those are nobody's. */
function clientCertificates(
  { clientCa, requestHeader: trusted }: ApiserverOptions,
  { certificateUsed }: ServerMetrics['credentials'],
): Authenticator[] {
  if (trusted === undefined) return [clientCertificate(Date.now, certificateUsed)];
  if (clientCa === undefined) return [];
  return [clientCertificate(Date.now, certificateUsed, new CertificateBundle(clientCa))];
}

/**
 * Requests without credentials are those of `system:anonymous`, but never where AlwaysAllow lets everybody do
 * everything.
 */
function allowsAnonymous({ anonymousAuth = true, authorizationModes = [], log }: ApiserverOptions): boolean {
  if (!anonymousAuth || !authorizationModes.includes('AlwaysAllow')) return anonymousAuth;
  log.warn(
    'AnonymousAuth is not allowed with the AlwaysAllow authorizer. Resetting AnonymousAuth to false. ' +
      'You should use a different authorizer',
  );
  return false;
}
