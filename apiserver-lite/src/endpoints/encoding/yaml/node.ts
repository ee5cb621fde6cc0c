/** A YAML document as it is written: not yet what its scalars mean. */
export type Node = ScalarNode | SequenceNode | MappingNode | AliasNode;

export interface ScalarNode {
  kind: 'scalar';
  line: number;
  text: string;
  /** `!!str` in its long form; empty where none is given. */
  tag: string;
  /** Whether the text says what it is: it has no quotes and no tag. */
  implicit: boolean;
}

export interface SequenceNode {
  kind: 'sequence';
  line: number;
  items: Node[];
}

export interface MappingNode {
  kind: 'mapping';
  line: number;
  /** Keys and values by turns. */
  items: Node[];
}

export interface AliasNode {
  kind: 'alias';
  line: number;
  name: string;
  target: Node;
}
