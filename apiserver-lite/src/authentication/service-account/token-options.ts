/** How service accounts prove who they are. The names are those of kube-apiserver's flags. */
export interface ServiceAccountOptions {
  /** Those whose tokens are taken; the first one issues new tokens. */
  issuers: readonly string[];
  /** PEM, with one or several keys each: whose signatures are believed. */
  keyFiles: readonly string[];
  /** PEM. Without it no tokens are issued. */
  signingKeyFile?: string;
  /** Default: the issuers. */
  apiAudiences?: readonly string[];
  /** Where others find the keys. Default: this server. */
  jwksUri?: string;
  /** Whether the account, and what a token is bound to, must still exist. Default true. */
  lookup?: boolean;
  /** Longer lives are shortened to it. Default: no limit. */
  maxExpirationSeconds?: number;
  /**
   * Tokens that Pods renew by themselves live longer, for programs that don't read them again. Default true.
   */
  extendExpiration?: boolean;
}
