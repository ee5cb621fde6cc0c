import type { KubeObject } from '@pg8s/k8s-proto/object';
import type { ResourceInfo } from '@pg8s/k8s-proto/scheme';
import { notFound } from '../../../api-errors/status-error.ts';
import { CachedObject } from '../../../storage/cached-object.ts';
import { column, nameColumn, tableOf } from '../../table/column.ts';
import type { Rest } from '../../rest.ts';

/**
 * Asks one part of the control plane how it is: resolves with its own word (`ok`), rejects with the reason
 * why not.
 */
export type ComponentProbe = () => Promise<string>;

interface ComponentStatus extends KubeObject {
  conditions: { type: string; status: string; message?: string; error?: string }[];
}

// The stock server names it in the singular.
const target = { group: '', resource: 'componentstatus' };

const healthy = ({ conditions }: ComponentStatus) => conditions.find(({ type }) => type === 'Healthy');

const table = tableOf<ComponentStatus>([
  nameColumn(),
  column('Status', (status) => {
    const condition = healthy(status);
    return condition === undefined ? 'Unknown' : condition.status === 'True' ? 'Healthy' : 'Unhealthy';
  }),
  column('Message', (status) => healthy(status)?.message ?? ''),
  column('Error', (status) => healthy(status)?.error ?? ''),
]);

/**
 * `componentstatuses`: probes the parts when asked; nothing is stored (Kubernetes:
 * `registry/core/componentstatus`).
 */
export function componentStatusRest(
  resource: ResourceInfo,
  probes: Readonly<Record<string, ComponentProbe>>,
): Rest {
  async function probe(name: string, ask: ComponentProbe): Promise<CachedObject> {
    let condition: ComponentStatus['conditions'][number];
    try {
      condition = { type: 'Healthy', status: 'True', message: await ask() };
    } catch (error) {
      condition = {
        type: 'Healthy',
        status: 'False',
        message: error instanceof Error ? error.message : String(error),
      };
    }
    const object: ComponentStatus = {
      kind: 'ComponentStatus',
      apiVersion: 'v1',
      metadata: { name },
      conditions: [condition],
    };
    return new CachedObject(object, 0);
  }
  return {
    resource,
    table,
    async get(_context, name) {
      const ask = probes[name];
      if (ask === undefined) throw notFound(target, name);
      return probe(name, ask);
    },
    async list(_context, { predicate }) {
      const items = await Promise.all(Object.entries(probes).map(([name, ask]) => probe(name, ask)));
      return {
        items: items.filter(({ object }) => predicate?.(object) ?? true),
        resourceVersion: '',
        continueToken: '',
      };
    },
  };
}
