import type { Handler } from '../http/request-context.ts';

/** An OpenAPI 2 document of another server, and below which path it is heard. */
export interface RemoteSpec {
  /** `/apis/GROUP/VERSION/` */
  readonly prefix: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Documents of the servers behind APIServices, beside those of this server. */
export interface RemoteDocuments {
  /** Rises with every change. */
  readonly version: number;
  /** Their part of `/openapi/v3`, by path: `apis/GROUP/VERSION`. */
  index(): Readonly<Record<string, unknown>>;
  /** Those with the highest priority first. */
  specs(): readonly RemoteSpec[];
  /** Hands a request for a document of OpenAPI 3 on to its server; undefined for one that no server has. */
  handlerOf(path: string): Handler | undefined;
}
