import { type ComponentFlag, refused, withoutMeaning } from './component-flag.ts';

/**
 * Flags about logs, metrics, profiles and versions, which all components have (Kubernetes: `component-base`).
 */
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

/**
 * Flags about the HTTPS port that pg8s does not open for controllers and the scheduler. `port` and
 * `toleratesFailure` are the component's defaults of `--secure-port` and
 * `--authentication-tolerate-lookup-failure`.
 */
export function servingFlags(port: string, toleratesFailure: boolean): readonly ComponentFlag[] {
  return [
    ...refused('it serves no port of its own', { int: `secure-port=${port}` }, ['0']),
    ...withoutMeaning('it serves no port of its own', {
      string: `bind-address=0.0.0.0 cert-dir tls-cert-file tls-private-key-file tls-min-version authentication-kubeconfig
        authorization-kubeconfig client-ca-file requestheader-client-ca-file`,
      list: `tls-cipher-suites tls-curve-preferences=[] tls-sni-cert-key=[] requestheader-allowed-names
        requestheader-extra-headers-prefix=[x-remote-extra-] requestheader-group-headers=[x-remote-group]
        requestheader-uid-headers requestheader-username-headers=[x-remote-user]
        authorization-always-allow-paths=[/healthz,/readyz,/livez]`,
      int: 'http2-max-streams-per-connection',
      boolean: `disable-http2-serving permit-address-sharing permit-port-sharing authentication-skip-lookup
        authentication-tolerate-lookup-failure=${toleratesFailure}`,
      duration: `authentication-token-webhook-cache-ttl=10s authorization-webhook-cache-authorized-ttl=10s
        authorization-webhook-cache-unauthorized-ttl=10s`,
    }),
  ];
}
