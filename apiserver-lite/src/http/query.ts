import { goQuote } from '@pg8s/k8s-proto/go-quote';
import { badRequest } from '../api-errors/status-error.ts';

/** The first value of a parameter; empty where it isn't given. */
export function text(query: URLSearchParams, name: string): string {
  return query.get(name) ?? '';
}

/** An int64 as Go reads it. Throws 400. */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!/^[+-]?\d+$/.test(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(value)}: invalid syntax`);
  }
  if (BigInt.asIntN(64, BigInt(value)) !== BigInt(value)) {
    throw badRequest(`strconv.ParseInt: parsing ${goQuote(value)}: value out of range`);
  }
  return Number(value);
}

/** Anything but `false` and `0` is true, as kube-apiserver has it; even nothing at all (`?watch`). */
export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const lower = value.toLowerCase();
  return lower !== 'false' && lower !== '0';
}
