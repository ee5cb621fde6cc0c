/** Who a request comes from, and as of which state of auth that was found out. */
export interface Identity {
  readonly user: string;
  /** etcd's auth revision; 0: nobody has said who he is. */
  readonly authRevision: number;
  /** The revision is written in the token: identifying anew would find the same. */
  readonly isFixed: boolean;
}

/** A request without a token and without a certificate that counts. */
export const anonymous: Identity = { user: '', authRevision: 0, isFixed: true };
