import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';
import type { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';
import type { EvictionRates } from './zones.ts';

/** kube-controller-manager's flags of the same names; times in milliseconds. */
export interface NodeLifecycleSettings extends EvictionRates {
  /** Between two checks of all nodes. */
  nodeMonitorPeriodMs: number;
  /** How long a node may report nothing before its conditions become Unknown. */
  nodeMonitorGracePeriodMs: number;
  /** The same for a node that never reported a status. */
  nodeStartupGracePeriodMs: number;
}

const { duration, float, int } = inEffect;

/** Its flags, with kube-controller-manager's defaults. */
export const nodeLifecycleFlags: readonly ComponentFlag[] = [
  duration('node-monitor-period', '5s', 'Between two checks of the heartbeats of all nodes.'),
  duration('node-monitor-grace-period', '50s', 'How long a node may report nothing before it is Unknown.'),
  duration(
    'node-startup-grace-period',
    '1m0s',
    'How long a new node may report nothing before it is Unknown.',
  ),
  float('node-eviction-rate', '0.1', 'Failed nodes a second whose Pods are evicted, in a healthy zone.'),
  float(
    'secondary-node-eviction-rate',
    '0.01',
    'The same in an unhealthy zone; 0 where the zone is not large.',
  ),
  int('large-cluster-size-threshold', '50', 'Zones with more nodes are large.'),
  float(
    'unhealthy-zone-threshold',
    '0.55',
    'Fraction of nodes, and three at least, whose failure makes a zone unhealthy.',
  ),
];

/** Its settings from its flags. */
export function readNodeLifecycleSettings(flags: FlagReader): NodeLifecycleSettings {
  return {
    nodeMonitorPeriodMs: flags.durationMs('node-monitor-period'),
    nodeMonitorGracePeriodMs: flags.durationMs('node-monitor-grace-period'),
    nodeStartupGracePeriodMs: flags.durationMs('node-startup-grace-period'),
    nodeEvictionRate: flags.number('node-eviction-rate'),
    secondaryNodeEvictionRate: flags.number('secondary-node-eviction-rate'),
    largeClusterSizeThreshold: flags.integer('large-cluster-size-threshold'),
    unhealthyZoneThreshold: flags.number('unhealthy-zone-threshold'),
  };
}
