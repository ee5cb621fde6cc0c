import type { TableConvertor } from '../rest.ts';
import { clusterTables } from './cluster.ts';
import { configurationTables } from './configuration.ts';
import { networkTables } from './network.ts';
import { podTable } from '../core/pod/pod-table.ts';
import { policyTables } from './policy.ts';
import { previewTables } from './previews.ts';
import { workloadTables } from './workloads.ts';

/** The tables of all kinds that have columns of their own, by `group/Kind`; the others get the default one. */
export const tables: Readonly<Record<string, TableConvertor>> = {
  '/Pod': podTable,
  ...workloadTables,
  ...clusterTables,
  ...networkTables,
  ...configurationTables,
  ...policyTables,
  ...previewTables,
};
