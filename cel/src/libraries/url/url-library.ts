import type { Library } from '../../library.ts';
import { boolType, listType, mapType, objectType, stringType } from '../../types.ts';
import { ArrayList, EvaluationError, MapValue, OpaqueValue, type Result, type Value } from '../../values.ts';
import { declare, member, overload } from '../declare.ts';
import {
  escapedPath,
  formatUrl,
  type GoUrl,
  parseQuery,
  parseRequestUri,
  parseUrl,
  splitHostPort,
  UrlError,
} from './go-url.ts';

/** The type of `url('…')`. */
export const urlType = objectType('kubernetes.URL');

/** A URL as a value; equal when Go prints both alike. */
export class UrlValue extends OpaqueValue {
  readonly type = urlType;
  readonly url: GoUrl;

  constructor(url: GoUrl) {
    super();
    this.url = url;
  }

  override comparesTo(other: Value): boolean {
    return other instanceof UrlValue;
  }

  equals(other: Value): boolean {
    return other instanceof UrlValue && formatUrl(other.url) === formatUrl(this.url);
  }
}

/** The values of a query by key. */
class QueryMap extends MapValue {
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(values: ReadonlyMap<string, readonly string[]>) {
    super();
    this.#values = values;
  }

  get size(): number {
    return this.#values.size;
  }

  find(key: Value): Value | undefined {
    const values = typeof key === 'string' ? this.#values.get(key) : undefined;
    return values === undefined ? undefined : new ArrayList(values);
  }

  keys(): Iterable<Value> {
    return this.#values.keys();
  }
}

function attempt(parse: () => Result, otherwise: (error: UrlError) => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (error instanceof UrlError) return otherwise(error);
    throw error;
  }
}

function urlOf(text: string): Result {
  return attempt(
    () => {
      parseRequestUri(text);
      return new UrlValue(parseUrl(text));
    },
    ({ message }) => new EvaluationError(`URL parse error during conversion from string: ${message}`),
  );
}

const accessor = (name: string, id: string, get: (url: GoUrl) => string) =>
  declare(
    name,
    member(id, [urlType], stringType, ({ url }: UrlValue) => get(url)),
  );

/** `url()`, `isURL()` and the parts of a URL (Kubernetes: `kubernetes.urls`). */
export const urlLibrary: Library = {
  name: 'kubernetes.urls',
  functions: [
    declare('url', overload('string_to_url', [stringType], urlType, urlOf)),
    accessor('getScheme', 'url_get_scheme', ({ scheme }) => scheme),
    accessor('getHost', 'url_get_host', ({ host }) => host),
    accessor('getHostname', 'url_get_hostname', (url) => splitHostPort(url).hostname),
    accessor('getPort', 'url_get_port', (url) => splitHostPort(url).port),
    accessor('getEscapedPath', 'url_get_escaped_path', escapedPath),
    declare(
      'getQuery',
      member(
        'url_get_query',
        [urlType],
        mapType(stringType, listType(stringType)),
        ({ url }: UrlValue) => new QueryMap(parseQuery(url)),
      ),
    ),
    declare(
      'isURL',
      overload('is_url_string', [stringType], boolType, (text: string) =>
        attempt(
          () => {
            parseRequestUri(text);
            return true;
          },
          () => false,
        ),
      ),
    ),
  ],
};
