/** A named object that a token stands or falls with. */
export interface BoundObject {
  name: string;
  uid: string;
}

/** What is private to Kubernetes in a token (Kubernetes: `serviceaccount/claims.go`). */
export interface KubernetesClaims {
  namespace: string;
  node?: BoundObject;
  pod?: BoundObject;
  secret?: BoundObject;
  serviceaccount: BoundObject;
  /** Seconds since the epoch: who still uses the token then has not noticed that tokens expire. */
  warnafter?: number;
}

/** The payload of a service account's token. One that others signed with the same key may lack anything. */
export interface TokenClaims {
  aud?: string | readonly string[];
  /** Times in seconds since the epoch. */
  exp?: number;
  iat?: number;
  iss?: string;
  jti?: string;
  'kubernetes.io'?: Partial<KubernetesClaims>;
  nbf?: number;
  sub?: string;
}

/** `system:serviceaccount:default:builder` */
export function serviceAccountUser(namespace: string, name: string): string {
  return `system:serviceaccount:${namespace}:${name}`;
}
