import { extraKeyOf, headerLines } from '../http/header-lines.ts';
import type { HttpRequest, RequestContext, UserInfo } from '../http/request-context.ts';
import { type Authenticator, CredentialError } from './authenticator.ts';
import { CertificateBundle, commonNameOf, connectionOf, peerCertificateOf } from './peer-certificate.ts';

/** Whose word is taken for who a user is, and in which headers it stands (`--requestheader-*`). */
export interface RequestHeaderOptions {
  /** PEM: who signs certificates of front proxies. */
  clientCa: string | Buffer;
  /** Common names of front proxies; empty: any that the authority signed. */
  allowedNames: readonly string[];
  usernameHeaders: readonly string[];
  uidHeaders: readonly string[];
  groupHeaders: readonly string[];
  extraHeadersPrefixes: readonly string[];
}

const proxied = new WeakSet<RequestContext>();

/** Whether a front proxy said whose request this is. */
export function cameThroughFrontProxy(context: RequestContext): boolean {
  return proxied.has(context);
}

/**
 * The user that a front proxy names in headers, which are taken off the request: an API server that hands on
 * requests, such as kube-apiserver's aggregator (Kubernetes: `authentication/request/headerrequest`). Throws
 * an Error for a CA that cannot be read.
 */
export function requestHeader(options: RequestHeaderOptions, now: () => number = Date.now): Authenticator {
  const bundle = new CertificateBundle(options.clientCa);
  const verdicts = new WeakMap<object, { trusted: boolean | string; notAfterMs: number }>();
  return {
    authenticate(context) {
      const { request } = context;
      const { key, socket } = connectionOf(request);
      let verdict = verdicts.get(key);
      if (verdict === undefined) {
        const certificate = peerCertificateOf(socket);
        const trusted = certificate !== undefined && socket.authorized && bundle.signed(certificate);
        const name = certificate === undefined ? '' : commonNameOf(certificate);
        const isAllowed = options.allowedNames.length === 0 || options.allowedNames.includes(name);
        verdict = {
          trusted:
            trusted && !isAllowed ? `x509: subject with cn=${name} is not in the allowed list` : trusted,
          notAfterMs: certificate === undefined ? 0 : Date.parse(certificate.valid_to),
        };
        verdicts.set(key, verdict);
      }
      if (verdict.trusted === false) return undefined;
      if (verdict.trusted !== true) throw new CredentialError(verdict.trusted);
      if (now() > verdict.notAfterMs) throw new CredentialError('x509: certificate has expired');
      const user = takeUser(request, options);
      if (user !== undefined) proxied.add(context);
      return user;
    },
  };
}

function takeUser(request: HttpRequest, options: RequestHeaderOptions): UserInfo | undefined {
  const { headers, rawHeaders } = request;
  const linesOf = (names: readonly string[]): string[] =>
    names.flatMap((name) => headerLines(rawHeaders, name.toLowerCase())).filter((value) => value !== '');
  const [name] = linesOf(options.usernameHeaders);
  if (name === undefined) return undefined;
  const [uid] = linesOf(options.uidHeaders);
  const groups = linesOf(options.groupHeaders);
  // No prototype: any header may name a key.
  const extra = Object.create(null) as Record<string, string[]>;
  for (const prefix of options.extraHeadersPrefixes.map((each) => each.toLowerCase())) {
    for (const header of Object.keys(headers)) {
      if (!header.startsWith(prefix)) continue;
      const key = extraKeyOf(header.slice(prefix.length));
      extra[key] = [...(extra[key] ?? []), ...headerLines(rawHeaders, header)];
      delete headers[header];
    }
  }
  for (const header of [...options.usernameHeaders, ...options.uidHeaders, ...options.groupHeaders]) {
    delete headers[header.toLowerCase()];
  }
  return {
    name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
