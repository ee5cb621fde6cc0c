import { goMapJson } from '@pg8s/k8s-proto/go-json';
import { GoValue } from '../../registry/fields/go-value.ts';

/** A map or a list of a custom object, which Go prints with the keys of maps in their order. */
class UnstructuredValue extends GoValue {
  readonly #value: object;

  constructor(value: object) {
    super(value);
    this.#value = value;
  }

  override json(): string {
    return goMapJson(this.#value);
  }
}

/** A value of a custom object, for a finding that shows it. */
export function inKeyOrder(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? new UnstructuredValue(value) : value;
}
