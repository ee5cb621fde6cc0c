/** One of kube-apiserver's flags, with its own name. */
export interface ApiserverFlag {
  /** Without the dashes. */
  readonly name: string;
  readonly description: string;
  /** As it would be written on the command line; shown in the help. */
  readonly defaultValue: string;
  /** `--flag` alone means true. */
  readonly isBoolean: boolean;
  /** Accepted, so that a program that starts kube-apiserver can start us instead. */
  readonly isIgnored: boolean;
  /** A list: given several times, the values add up. */
  readonly isRepeatable?: boolean;
}

/** A flag that is missing or cannot be used. */
export class ApiserverFlagError extends Error {
  override readonly name = 'ApiserverFlagError';
  readonly flag: string;

  constructor(flag: string, problem: string) {
    super(`--${flag} ${problem}`);
    this.flag = flag;
  }
}
