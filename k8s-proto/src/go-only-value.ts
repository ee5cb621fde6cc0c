/**
 * A value of Go that JSON has no form for, as a moment or a map with keys of other types. It stands in a
 * document where nothing of JSON can stand, and is refused with what Go prints of it.
 */
export class GoOnlyValue {
  /** As Go's `%v` prints it. */
  readonly printed: string;
  /** As Go's `%#v` prints it. */
  readonly syntax: string;
  /** Its type as Go's `%T` prints it. */
  readonly type: string;

  constructor({ printed, syntax, type }: { printed: string; syntax: string; type: string }) {
    this.printed = printed;
    this.syntax = syntax;
    this.type = type;
  }
}
