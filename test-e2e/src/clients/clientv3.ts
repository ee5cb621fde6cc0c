import { buildGo, type GoPrograms } from './build-go.ts';

/** The program of `test-e2e/go/clientv3`, on etcd's own client; the first time takes a minute. */
export async function obtainClientv3(): Promise<GoPrograms<'clientv3'>> {
  return buildGo('clientv3', { clientv3: '.' });
}
