import type { BuildVersion } from '../metrics/build-metrics.ts';

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/**
 * `/version`, as kubectl and client-go read it (Kubernetes: `apimachinery/pkg/version.Info`).
 *
 * The API is that of Kubernetes 1.36; `+pg8s` says whose server it is. Fields about Go's build tell what runs
 * here instead: there is no Go, no compiler but V8, and no build to date.
 */
export const versionInfo: BuildVersion = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3+pg8s',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: `node ${process.version}`,
  compiler: `v8 ${process.versions.v8}`,
  platform: `${process.platform}/${architectures[process.arch] ?? process.arch}`,
};
