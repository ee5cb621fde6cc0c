/** Which version of etcd the cluster is on its way down to. Methods reject with a `StoreError`. */
export interface DowngradePort {
  /** Undefined when no downgrade is under way. */
  target(): Promise<string | undefined>;
  /** False when one is under way already. */
  begin(target: string): Promise<boolean>;
  /** False when none was. */
  cancel(): Promise<boolean>;
}
