import type { FieldType } from './field-type.ts';

/**
 * What Go's JSON prints of a field of this type that was never set: null for what can be nil, and for
 * structs, which differ.
 */
export function zeroValue(type: FieldType): '' | false | 0 | '0' | '0s' | null {
  switch (type.kind) {
    case 'string':
      return '';
    case 'bool':
      return false;
    case 'int32':
    case 'int64':
    case 'float64':
    case 'intOrString':
      return 0;
    case 'quantity':
      return '0';
    case 'duration':
      return '0s';
    default:
      return null;
  }
}
