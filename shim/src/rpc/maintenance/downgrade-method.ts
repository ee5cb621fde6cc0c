import type { DowngradeRequest, DowngradeResponse } from '../../etcdserverpb/admin-types.ts';
import { requestError } from '../etcd-errors.ts';
import { createHeader } from '../response-header.ts';
import type { MaintenanceContext } from './maintenance-context.ts';

const versionFormat = /^(\d+)\.(\d+)(?:\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)?$/;

/**
 * Downgrade (etcd: `etcdserver/version`): to the minor version below, one at a time. It is noted for all
 * shims and shown by Status; there is nothing else to it here, as no older program reads this database.
 */
export function createDowngradeMethod({
  store,
  upkeep: { downgrade },
  version,
}: MaintenanceContext): (request: DowngradeRequest) => Promise<DowngradeResponse> {
  const [, major = 0, minor = 0] = (versionFormat.exec(version) ?? []).map(Number);

  /** Returns the target's full version. */
  async function check(asked: string): Promise<string> {
    const match = versionFormat.exec(asked);
    if (match === null) throw requestError('wrongDowngradeVersionFormat');
    if (Number(match[1]) !== major || Number(match[2]) !== minor - 1) {
      throw requestError('invalidDowngradeTargetVersion');
    }
    if ((await downgrade.target()) !== undefined) throw requestError('downgradeInProcess');
    return `${major}.${minor - 1}.0`;
  }

  return async ({ action = 'VALIDATE', version: asked = '' }) => {
    if (action === 'VALIDATE') {
      await check(asked);
    } else if (action === 'ENABLE') {
      if (!(await downgrade.begin(await check(asked)))) throw requestError('downgradeInProcess');
    } else if (action === 'CANCEL') {
      // etcd says the same, whether there was one or not.
      await downgrade.cancel();
    } else {
      throw requestError('unknownMethod');
    }
    return { header: createHeader(store, store.currentRevision), version: `${major}.${minor}` };
  };
}
