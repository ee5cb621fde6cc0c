import { resources } from '@pg8s/k8s-proto/scheme';
import { rows as clusterRows } from '../../../../apiserver-lite/src/registry/testing/all-kinds/defaults/cluster-rows.ts';
import { rows as coreRows } from '../../../../apiserver-lite/src/registry/testing/all-kinds/defaults/core-rows.ts';
import { rows as podRows } from '../../../../apiserver-lite/src/registry/testing/all-kinds/defaults/pod-rows.ts';
import { rows as workloadRows } from '../../../../apiserver-lite/src/registry/testing/all-kinds/defaults/workload-rows.ts';
import { warningCases } from '../../../../apiserver-lite/src/registry/testing/all-kinds/warning-cases.ts';
import type { Family } from '../family.ts';
import { namespace, placesOf } from '../places.ts';

function collectionOf(place: string): string {
  const [, group = '', version = '', name = ''] = /^([^/]*)\/([^/]+)\/([^/]+)$/.exec(place) ?? [];
  const resource = resources().find(
    (each) => each.group === group && each.version === version && each.name === name,
  );
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}${resource?.namespaced === true ? `/namespaces/${namespace}` : ''}/${name}`;
}

/** Objects whose defaults and warnings the unit tests expect, as dry runs. */
export const expectations: readonly Family[] = [
  {
    name: 'defaults',
    async run(ask) {
      for (const [index, { kind, given }] of [
        ...podRows,
        ...workloadRows,
        ...coreRows,
        ...clusterRows,
      ].entries()) {
        const [, apiVersion = '', name = ''] = /^(.*)\/([^/]+)$/.exec(kind) ?? [];
        const [place] = placesOf([{ apiVersion, kind: name }]);
        await ask(`${index}, ${kind}`, {
          path: `${place?.collection}?dryRun=All`,
          body: { metadata: { name: 'x' }, ...given },
        });
      }
    },
  },
  {
    name: 'warnings',
    async run(ask) {
      for (const [index, { name, place, fields }] of warningCases.entries())
        await ask(`${index}, ${name}`, { path: `${collectionOf(place)}?dryRun=All`, body: fields });
    },
  },
];
