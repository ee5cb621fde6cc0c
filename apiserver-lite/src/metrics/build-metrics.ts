import { featureGates } from '@pg8s/k8s-proto/component-base/feature-gates';
import type { MetricRegistry } from './exposition/metric-registry.ts';

/** What the metrics say about the program; as in `/version`. */
export interface BuildVersion {
  major: string;
  minor: string;
  gitVersion: string;
  gitCommit: string;
  gitTreeState: string;
  buildDate: string;
  goVersion: string;
  compiler: string;
  platform: string;
  emulationMajor: string;
  emulationMinor: string;
  minCompatibilityMajor: string;
  minCompatibilityMinor: string;
}

/** Which program this is, and which features it has (Kubernetes: `component-base/metrics`, `featuregate`). */
export function showBuild(registry: MetricRegistry, version: BuildVersion): void {
  registry
    .gauge({
      name: 'kubernetes_build_info',
      help: "[BETA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
      labels: [
        'major',
        'minor',
        'git_version',
        'git_commit',
        'git_tree_state',
        'build_date',
        'go_version',
        'compiler',
        'platform',
      ],
    })
    .with(
      version.major,
      version.minor,
      version.gitVersion,
      version.gitCommit,
      version.gitTreeState,
      version.buildDate,
      version.goVersion,
      version.compiler,
      version.platform,
    )
    .set(1);
  registry
    .gauge({
      name: 'version_info',
      help: '[ALPHA] Provides the compatibility version info of the component. The component label is the name of the component, usually kube, but is relevant for aggregated-apiservers.',
      labels: ['component', 'binary', 'emulation', 'min_compat'],
    })
    .with(
      'kube',
      version.gitVersion.replace(/^v/, '').replace(/\+.*$/, ''),
      `${version.emulationMajor}.${version.emulationMinor}`,
      `${version.minCompatibilityMajor}.${version.minCompatibilityMinor}`,
    )
    .set(1);
  const features = registry.gauge({
    name: 'kubernetes_feature_enabled',
    help: '[BETA] This metric records the data about the stage and enablement of a k8s feature.',
    labels: ['name', 'stage'],
  });
  for (const { name, stage, enabled } of featureGates) features.with(name, stage).set(enabled ? 1 : 0);
}

/** How many metrics there are of each stability, by the word in front of their help. */
export function countRegistered(registry: MetricRegistry): void {
  const registered = registry.counter({
    name: 'registered_metrics_total',
    help: '[BETA] The count of registered metrics broken by stability level and deprecation version.',
    labels: ['stability_level', 'deprecated_version'],
  });
  registry.onCollect(() => {
    const counts = new Map<string, number>();
    for (const { help } of registry.families()) {
      const [, stability = 'ALPHA', deprecated = ''] =
        /^\[(\w+)\](?: \(Deprecated since ([\d.]+)\))?/.exec(help) ?? [];
      const key = `${stability}/${deprecated}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    for (const [key, count] of counts) {
      const [stability = '', deprecated = ''] = key.split('/');
      registered.with(stability, deprecated).set(count);
    }
  });
}
