import type { Writable } from 'node:stream';
import type { Logger } from 'pino';
import type { ControlPlaneOptions } from '../control-plane-options.ts';
import { takeDataDir } from '../data-dir.ts';
import { assertFree } from '../free-ports.ts';
import type { FlagValues, PartSettings } from '../part-settings.ts';
import { silentLog } from '../silent-log.ts';
import type { StopStack } from '../stop-stack.ts';
import { makeTemporaryFolder } from '../temporary-folder.ts';

/** What every stage of a control plane uses: its options with their defaults, and its data directory. */
export interface Setup {
  readonly dataDir: string;
  /** Keeps a temporary data directory for as long as it is open. */
  readonly holds: Writable | undefined;
  readonly bindAddress: string;
  readonly securePort: number;
  readonly etcdPort: number;
  /** Of the simulated nodes: `node-1`. */
  readonly nodeNames: readonly string[];
  readonly serviceRange: string;
  readonly settings: PartSettings;
  /** Flags of each part that were given, by name. */
  readonly given: PartSettings['given'];
  readonly log: Logger;
  readonly onUp: (part: string, detail: string) => void;
}

/** Flags of a part: those that the control plane sets, replaced by those that were given. */
export function withGiven(own: FlagValues, given: FlagValues): FlagValues {
  return { ...own, ...given };
}

const defaultServiceRange = '10.96.0.0/12';

/**
 * Takes the data directory, and checks that the ports are free and the flags can be read.
 *
 * @throws UsageError; the system's error for a port in use.
 */
export async function setUp(options: ControlPlaneOptions, stack: StopStack): Promise<Setup> {
  const { bindAddress = '127.0.0.1', securePort = 0, etcdPort = 0, nodes = 1 } = options;
  const temporary = options.dataDir === undefined ? await makeTemporaryFolder() : undefined;
  if (temporary !== undefined) stack.push('temporary folder', () => temporary.remove());
  const dataDir = await takeDataDir(options.dataDir ?? temporary!.path);
  stack.push('data directory', () => dataDir.release());
  await assertFree(bindAddress, [securePort, etcdPort]);
  const { readPartSettings } = await import('../part-settings.ts');
  const settings = readPartSettings(options);
  const { given } = settings;
  return {
    dataDir: dataDir.path,
    holds: temporary?.holds,
    bindAddress,
    securePort,
    etcdPort,
    nodeNames: Array.from({ length: nodes }, (_, index) => `node-${index + 1}`),
    serviceRange: given.apiserver['service-cluster-ip-range'] ?? defaultServiceRange,
    settings,
    given,
    log: options.log ?? silentLog(),
    onUp: options.onUp ?? (() => undefined),
  };
}
