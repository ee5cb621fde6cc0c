import { type ComponentFlag, refused, withoutMeaning } from './component-flag.ts';

/** Flags about logs, metrics, profiles and versions, which all components have (Kubernetes: `component-base`). */
export const sharedFlags: readonly ComponentFlag[] = [
  ...withoutMeaning('lines of the log are written at once, to standard error', {
    duration: 'log-flush-frequency=5s',
    string: 'log-json-info-buffer-size log-text-info-buffer-size',
    boolean: 'log-json-split-stream log-text-split-stream',
  }),
  ...withoutMeaning('it names source files of the Go program', { string: 'vmodule' }),
  ...withoutMeaning('there are no Go profiles', {
    boolean: 'profiling=true contention-profiling',
  }),
  ...withoutMeaning('no metric is hidden', { string: 'show-hidden-metrics-for-version' }),
  ...refused('metrics cannot be disabled or limited to certain labels', {
    list: 'allow-metric-labels=[] disabled-metrics',
    string: 'allow-metric-labels-manifest',
  }),
  ...refused('only Kubernetes 1.36 is there', { list: 'emulated-version' }, ['1.36', 'kube=1.36']),
  ...refused('only Kubernetes 1.36 is there', { list: 'min-compatibility-version' }, [
    '1.35',
    'kube=1.35',
    '1.36',
    'kube=1.36',
  ]),
];
