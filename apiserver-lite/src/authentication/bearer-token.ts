import { isUtf8 } from 'node:buffer';
import type { RequestContext, UserInfo } from '../http/request-context.ts';
import { asksForWebSocket } from '../http/web-socket.ts';
import { CredentialError } from './authenticator.ts';
import type { Authenticator } from './authenticator.ts';
import type { AnyAudienceLookup } from './token-file.ts';

/** Takes what there is to say of a token: to its sender, and to the audit log. */
export interface TokenListener {
  warn(text: string): void;
  annotate(key: string, value: string): void;
}

/** Who a token belongs to, asked in order; a CredentialError where a token is this one's, but wrong. */
export type TokenAuthenticator =
  | AnyAudienceLookup
  | ((token: string, listener: TokenListener) => Promise<UserInfo | undefined>);

const ignoredForSpace =
  'the provided Authorization header contains extra space before the bearer token, and is ignored';

/** `Authorization: Bearer …`. A token that nobody knows is a wrong credential, not none. */
export function bearerToken(tokens: readonly TokenAuthenticator[]): Authenticator {
  return {
    async authenticate(context) {
      const [scheme, token, ...more] = (context.request.headers.authorization ?? '').trim().split(' ');
      if (scheme?.toLowerCase() !== 'bearer' || token === undefined) return undefined;
      if (token === '') {
        if (more.length > 0) context.warn(ignoredForSpace);
        return undefined;
      }
      return ownerOf(token, tokens, context);
    },
  };
}

const protocolPrefix = 'base64url.bearer.authorization.k8s.io.';

/**
 * A token among the protocols of a WebSocket, where browsers can set no other header. It is removed, so that
 * nobody answers with it; one more protocol has to be named (Kubernetes:
 * `authentication/request/websocket.ProtocolAuthenticator`).
 */
export function webSocketToken(tokens: readonly TokenAuthenticator[]): Authenticator {
  return {
    async authenticate(context) {
      const { request } = context;
      if (!asksForWebSocket(request)) return undefined;
      const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
      const [encoded, ...others] = protocols.filter((protocol) => protocol.startsWith(protocolPrefix));
      if (encoded === undefined) return undefined;
      if (others.length > 0)
        throw new CredentialError('multiple base64.bearer.authorization tokens specified');
      const token = decode(encoded.slice(protocolPrefix.length));
      const rest = protocols.filter((protocol) => protocol !== encoded);
      if (token === '') return undefined;
      if (rest.length === 0) throw new CredentialError('missing additional subprotocol');
      const user = await ownerOf(token, tokens, context);
      request.headers['sec-websocket-protocol'] = rest.join(',');
      return user;
    },
  };
}

async function ownerOf(
  token: string,
  tokens: readonly TokenAuthenticator[],
  context: Pick<RequestContext, 'warn' | 'audit'>,
): Promise<UserInfo> {
  let failure: CredentialError | undefined;
  for (const lookup of tokens) {
    try {
      const user = await lookup(token, {
        warn: (text) => context.warn(text),
        annotate: (key, value) => context.audit?.annotate(key, value),
      });
      if (user !== undefined) return user;
    } catch (error) {
      // Others may still know it.
      if (!(error instanceof CredentialError)) throw error;
      failure ??= error;
    }
  }
  throw failure ?? new CredentialError('invalid bearer token');
}

function decode(base64url: string): string {
  const bytes = Buffer.from(base64url, 'base64url');
  if (bytes.toString('base64url') !== base64url)
    throw new CredentialError('invalid base64.bearer.authorization token encoding');
  if (!isUtf8(bytes)) throw new CredentialError('invalid base64.bearer.authorization token');
  return bytes.toString();
}
