import type { FieldError } from '../../../api-errors/status-error.ts';

/** The fields of a volume source as the rules see them. */
export type Source = Record<string, unknown>;

/** Validates the fields of one kind of source, which is at `field`. */
export type SourceRule = (source: Source, field: string) => FieldError[];
