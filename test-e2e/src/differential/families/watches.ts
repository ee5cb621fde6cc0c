import type { Ask, Family } from '../family.ts';
import { namespace } from '../places.ts';

const collection = `/api/v1/namespaces/${namespace}/secrets`;
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** Long enough for what is there already; watches end by themselves after a second. */
const watchMs = 3000;

async function watch(ask: Ask, name: string, query: string, accept = 'application/json'): Promise<void> {
  await ask(name, {
    path: `${collection}?watch=1&timeoutSeconds=1&${query}`,
    headers: { accept },
    forMs: watchMs,
  });
}

/** What watches show of objects that were created, changed and deleted before. */
export const watches: readonly Family[] = [
  {
    name: 'watches',
    async run(ask) {
      const create = async (name: string, labels: object = {}): Promise<string> => {
        const { body } = await ask(`create ${name}`, {
          path: collection,
          body: { metadata: { name, labels } },
        });
        return (JSON.parse(body.toString()) as { metadata: { resourceVersion: string } }).metadata
          .resourceVersion;
      };
      const begin = await create('a');
      await create('b', { app: 'b' });
      await ask('label a', {
        method: 'PATCH',
        path: `${collection}/a`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { metadata: { labels: { app: 'b' } } },
      });
      await ask('unlabel b', {
        method: 'PATCH',
        path: `${collection}/b`,
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { metadata: { labels: null } },
      });
      await create('c');
      await ask('delete c', { method: 'DELETE', path: `${collection}/c` });
      await watch(ask, 'from a revision', `resourceVersion=${begin}`);
      await watch(ask, 'from a revision, by label', `resourceVersion=${begin}&labelSelector=app%3Db`);
      await watch(
        ask,
        'from a revision, one object',
        `resourceVersion=${begin}&fieldSelector=metadata.name%3Da`,
      );
      await watch(ask, 'from 0', 'resourceVersion=0');
      await watch(ask, 'without a revision', '');
      await watch(ask, 'as a table', `resourceVersion=${begin}`, table);
      await watch(
        ask,
        'as metadata',
        `resourceVersion=${begin}`,
        table.replace('Table', 'PartialObjectMetadata'),
      );
      await watch(
        ask,
        'with initial events',
        'sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan',
      );
      await watch(
        ask,
        'with initial events and no bookmarks',
        'sendInitialEvents=true&resourceVersionMatch=NotOlderThan',
      );
      await watch(ask, 'without a revision, with bookmarks', 'allowWatchBookmarks=true');
      await watch(ask, 'from 0, with bookmarks', 'allowWatchBookmarks=true&resourceVersion=0');
      await watch(ask, 'of the future', 'resourceVersion=99999999');
      await watch(ask, 'of a revision that is none', 'resourceVersion=abc');
      await watch(ask, 'with a limit', 'limit=1');
      await watch(ask, 'with a continue token', 'continue=abc');
      await watch(ask, 'as YAML', `resourceVersion=${begin}`, 'application/yaml');
    },
  },
];
