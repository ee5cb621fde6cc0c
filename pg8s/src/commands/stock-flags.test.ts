import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { apiserverFlags } from '@pg8s/apiserver-lite/flags/flags-table';
import { controllerManagerFlags } from '@pg8s/controllers/flags/controller-manager-flags';
import { schedulerFlags } from '@pg8s/controllers/flags/scheduler-flags';
import type { ComponentFlag, FlagType } from '@pg8s/k8s-proto/component-base/component-flag';
import { parseGoDuration } from '@pg8s/k8s-proto/component-base/go-duration';

/** Program → flag → its type and default, from the `--help` of Kubernetes 1.36.3. */
type StockFlags = Record<string, Record<string, [type: string, defaultValue: string]>>;

/** pg8s' own flags, and flags of older versions. */
const additional: Readonly<Record<string, readonly string[]>> = {
  'kube-apiserver': [
    'shutdown-timeout',
    'alsologtostderr',
    'apiserver-count',
    'cloud-config',
    'cloud-provider',
    'default-watch-cache-size',
    'kubelet-port',
    'kubelet-read-only-port',
    'logtostderr',
  ],
  'kube-controller-manager': ['namespace-deletion-quiet-period'],
};

/** Defaults that differ on purpose. */
const otherDefaults: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kube-apiserver': {
    // Nobody is to be reached from elsewhere unless asked.
    'bind-address': '127.0.0.1',
    'authorization-mode': 'Node,RBAC',
    'service-cluster-ip-range': '10.96.0.0/12',
    // kubeadm's: simulated containers endanger nobody.
    'allow-privileged': 'true',
    'delete-collection-workers': '16',
  },
  // The server limits its clients.
  'kube-controller-manager': { 'kube-api-qps': '0', controllers: '*' },
  'kube-scheduler': { 'kube-api-qps': '0', 'contention-profiling': 'false' },
};

const types: Readonly<Record<string, FlagType>> = {
  bool: 'boolean',
  duration: 'duration',
  int: 'int',
  int32: 'int',
  Level: 'int',
  float: 'float',
  float32: 'float',
  strings: 'list',
  stringArray: 'list',
  stringToString: 'list',
  mapStringString: 'list',
  colonSeparatedMultimapStringString: 'list',
  namedCertKey: 'list',
  int32Slice: 'list',
};

const stock = JSON.parse(
  await readFile(new URL('testing/stock-flags.json', import.meta.url), 'utf8'),
) as StockFlags;

/** Zero values are not shown in Go's help. */
function comparable(type: FlagType, value: string): string | number | undefined {
  if (type === 'duration') return parseGoDuration(value === '' ? '0s' : value);
  if (type === 'boolean') return value === '' ? 'false' : value;
  return (type === 'int' || type === 'float') && value === '' ? '0' : value;
}

const programs: Readonly<Record<string, readonly ComponentFlag[]>> = {
  'kube-apiserver': apiserverFlags,
  'kube-controller-manager': controllerManagerFlags,
  'kube-scheduler': schedulerFlags,
};

for (const [program, flags] of Object.entries(programs)) {
  describe(`the flags of ${program} 1.36`, () => {
    const own = new Map(flags.map((flag) => [flag.name, flag]));
    const wanted = stock[program]!;

    test('are all taken, and no others but those that are known to be additional', () => {
      assert.equal(own.size, flags.length, 'a name stands twice in the table');
      const all = [...Object.keys(wanted), ...(additional[program] ?? [])].sort();
      assert.deepEqual([...own.keys()].sort(), all);
    });

    test('have the type and the default of the stock program', () => {
      const differing: Record<string, string> = {};
      for (const [name, [stockType, stockDefault]] of Object.entries(wanted)) {
        const flag = own.get(name)!;
        assert.equal(flag.type, types[stockType] ?? 'string', `type of --${name}`);
        const { type, defaultValue } = flag;
        if (comparable(type, defaultValue) !== comparable(type, stockDefault)) differing[name] = defaultValue;
      }
      assert.deepEqual(differing, otherDefaults[program] ?? {});
    });
  });
}
