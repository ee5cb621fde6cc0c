import type { ApiRequest } from '../api-client.ts';

/** A request that wants more of the server than it is worth. */
export interface HostileRequest extends ApiRequest {
  path: string;
}

/** The media type of JSON. */
export const json = 'application/json';

/** A POST of a body. */
export const post = (path: string, body: string | Uint8Array, contentType = json): HostileRequest => ({
  path,
  method: 'POST',
  body,
  contentType,
});

/** A POST of an object, as JSON. */
export const create = (path: string, object: object) => post(path, JSON.stringify(object));

/** So many items, each made of its index. */
export const list = (count: number, item: (index: number) => unknown) =>
  Array.from({ length: count }, (_, index) => item(index));

/** An object of the keys k0, k1 and so on. */
export const map = (count: number, value: (index: number) => unknown = () => 'v') =>
  Object.fromEntries(list(count, (index) => [`k${index}`, value(index)]) as [string, unknown][]);
