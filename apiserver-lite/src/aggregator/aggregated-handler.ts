import type { Filter } from '../http/request-context.ts';
import type { ApiServiceTable } from './api-service-table.ts';
import type { AggregatorProxy } from './proxy.ts';

/** Requests below a version that has a server behind its APIService go there, whatever is served here. */
export function aggregatedHandler(table: ApiServiceTable, proxy: AggregatorProxy): Filter {
  return (next) => (context) => {
    const entry = table.remoteAt(context.requestInfo.path);
    return entry === undefined ? next(context) : proxy.serve(context, entry);
  };
}
