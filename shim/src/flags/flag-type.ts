/** The type of a flag's value in etcd, by Go's names. */
export type FlagType =
  | 'string'
  | 'bool'
  | 'uint'
  | 'uint32'
  | 'uint64'
  | 'int'
  | 'int64'
  | 'time.Duration'
  | '[]string';
