/** A difference from kube-apiserver that stays, or stays for now. */
export interface KnownDifference {
  /** Of `family: request`. */
  where: RegExp;
  /** Of a line of `differencesOf`. */
  line: RegExp;
  /** Why it is so. */
  reason: string;
  /** Of moments of the servers: the entry may explain nothing. */
  sometimes?: true;
  /** Of every answer: an answer with no other difference counts as equal. */
  everywhere?: true;
}
