import { ApiserverFlagError } from '@pg8s/apiserver-lite/flags/flag-error';
import { apiserverFlags } from '@pg8s/apiserver-lite/flags/flags-table';
import { type ApiserverFlagOptions, parseApiserverFlags } from '@pg8s/apiserver-lite/flags/parse-flags';
import { controllerManagerFlags } from '@pg8s/controllers/flags/controller-manager-flags';
import {
  type ComponentFlagOptions,
  ControllerFlagError,
  type ControllerManagerFlagOptions,
  parseControllerManagerFlags,
  parseSchedulerFlags,
} from '@pg8s/controllers/flags/parse-flags';
import { schedulerFlags } from '@pg8s/controllers/flags/scheduler-flags';
import type { ComponentFlag } from '@pg8s/k8s-proto/component-base/component-flag';
import { EtcdFlagError } from '@pg8s/shim/flags/flag-values';
import { type EtcdFlagOptions, parseShimOptions } from '@pg8s/shim/flags/flags';
import { etcdFlags } from '@pg8s/shim/flags/flags-table';
import type { PartArgs } from './control-plane-options.ts';
import { type PartFlag, readPartArgs } from './part-args.ts';
import { UsageError } from './usage-error.ts';

/** Flags by name, without dashes. */
export type FlagValues = Readonly<Record<string, string>>;

/** What was passed on, read; each part's flags are completed by those that the control plane sets. */
export interface PartSettings {
  readonly given: Readonly<Record<'etcd' | 'apiserver' | 'controllerManager' | 'scheduler', FlagValues>>;
  readonly controllerManager: ControllerManagerFlagOptions;
  readonly scheduler: ComponentFlagOptions;
}

const component = ({ name, type }: ComponentFlag): PartFlag => ({
  name,
  isBoolean: type === 'boolean',
  isList: type === 'list',
});

const because = (reason: string, names: string): Record<string, string> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, reason]));

const inProcess = 'the parts are in one process';
const ownKeys = 'keys and certificates are in the data directory';

const ownEtcdFlags = {
  'listen-client-urls': 'use --bind-address and --etcd-port',
  'config-file': 'only flags are taken',
  'data-dir': 'use --data-dir',
  ...because(ownKeys, 'cert-file key-file trusted-ca-file client-cert-auth auto-tls'),
  ...because('the log is that of the control plane', 'log-outputs log-format'),
};

const ownApiserverFlags = {
  'secure-port': 'use --secure-port',
  'bind-address': 'use --bind-address',
  'logging-format': 'use --log-format',
  // The certificates of etcd are for the servers of --etcd-servers-overrides.
  ...because(inProcess, 'etcd-servers'),
  ...because(
    ownKeys,
    `tls-cert-file tls-private-key-file cert-dir client-ca-file service-account-key-file
service-account-signing-key-file`,
  ),
};

const ownComponentFlags = {
  'logging-format': 'use --log-format',
  ...because(inProcess, 'kubeconfig master v'),
};

/**
 * Reads what was passed on to the parts.
 *
 * @throws UsageError naming the option and the flag.
 */
export function readPartSettings(args: PartArgs): PartSettings {
  const of = (
    list: readonly string[] | undefined,
    option: string,
    flags: readonly PartFlag[],
    own: Readonly<Record<string, string>>,
  ): FlagValues => readPartArgs(list ?? [], { option, flags, own });
  const etcd = of(
    args.etcdArgs,
    '--etcd-arg',
    etcdFlags.map(({ name, isBoolean }) => ({ name, isBoolean, isList: false })),
    ownEtcdFlags,
  );
  const apiserver = of(
    args.kubeApiserverArgs,
    '--kube-apiserver-arg',
    apiserverFlags.map((flag) => component(flag)),
    ownApiserverFlags,
  );
  const controllerManager = of(
    args.kubeControllerManagerArgs,
    '--kube-controller-manager-arg',
    controllerManagerFlags.map((flag) => component(flag)),
    ownComponentFlags,
  );
  const scheduler = of(
    args.kubeSchedulerArgs,
    '--kube-scheduler-arg',
    schedulerFlags.map((flag) => component(flag)),
    ownComponentFlags,
  );
  return {
    given: { etcd, apiserver, controllerManager, scheduler },
    controllerManager: refusals('--kube-controller-manager-arg', () =>
      parseControllerManagerFlags(controllerManager),
    ),
    scheduler: refusals('--kube-scheduler-arg', () => parseSchedulerFlags(scheduler)),
  };
}

/** The shim's options: `own` are the control plane's flags, the given ones go before. @throws UsageError */
export function etcdSettings({ given }: PartSettings, own: FlagValues): EtcdFlagOptions {
  return refusals('--etcd-arg', () => parseShimOptions({ flags: { ...own, ...given.etcd } }));
}

/**
 * The API server's options: `own` are the control plane's flags, the given ones go before. @throws UsageError
 */
export async function apiserverSettings(
  { given }: PartSettings,
  own: FlagValues,
): Promise<ApiserverFlagOptions> {
  const options = withNodeRestriction({ ...own, 'etcd-servers': 'in-process', ...given.apiserver });
  return parseApiserverFlags(options).catch((error: unknown) =>
    refusals('--kube-apiserver-arg', () => {
      throw error;
    }),
  );
}

/**
 * Flags of the API server with the plugin NodeRestriction enabled, as kubeadm does it, unless they disable
 * it.
 */
export function withNodeRestriction(flags: FlagValues): FlagValues {
  const listOf = (name: string) => (flags[name] ?? '').split(',').filter((plugin) => plugin !== '');
  const enabled = listOf('enable-admission-plugins');
  const plugin = 'NodeRestriction';
  if (enabled.includes(plugin) || listOf('disable-admission-plugins').includes(plugin)) return flags;
  return { ...flags, 'enable-admission-plugins': [...enabled, plugin].join(',') };
}

function refusals<Value>(option: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (
      error instanceof EtcdFlagError ||
      error instanceof ApiserverFlagError ||
      error instanceof ControllerFlagError
    ) {
      throw new UsageError(`${option}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
