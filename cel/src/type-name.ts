import type { CelType } from './types.ts';

/**
 * A type as Go prints the type itself, with protobuf's names: `list(google.protobuf.Duration)`, `null_type`.
 */
export function typeName({ name, parameters, kind }: CelType): string {
  if (kind === 'parameter' || parameters.length === 0) return name;
  return `${name}(${parameters.map(typeName).join(', ')})`;
}
