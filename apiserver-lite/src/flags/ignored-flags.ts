/** A flag of kube-apiserver that has no meaning here, or none yet. */
export interface IgnoredFlag {
  readonly name: string;
  readonly isBoolean: boolean;
  /** Why, to complete "Accepted and ignored: …". */
  readonly about: string;
}

const row = (about: string, names: string, booleans = ''): IgnoredFlag[] => [
  ...words(names).map((name) => ({ name, isBoolean: false, about })),
  ...words(booleans).map((name) => ({ name, isBoolean: true, about })),
];

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Flags of kube-apiserver 1.36 that scripts pass, and that change nothing here. */
export const ignoredFlags: readonly IgnoredFlag[] = [
  ...row(
    'there is no aggregation layer yet',
    `requestheader-client-ca-file requestheader-allowed-names requestheader-extra-headers-prefix
     requestheader-group-headers requestheader-username-headers requestheader-uid-headers
     proxy-client-cert-file proxy-client-key-file`,
    'enable-aggregator-routing aggregator-reject-forwarding-redirect',
  ),
  ...row(
    'nodes are not called',
    `kubelet-certificate-authority kubelet-client-certificate kubelet-client-key kubelet-port kubelet-read-only-port
     kubelet-timeout kubelet-preferred-address-types egress-selector-config-file`,
  ),
  ...row(
    'there is no audit log yet',
    `audit-policy-file audit-log-path audit-log-format audit-log-maxage audit-log-maxbackup audit-log-maxsize
     audit-log-mode audit-webhook-config-file audit-webhook-mode`,
  ),
  ...row(
    'these ways to authenticate and authorize are not there yet',
    `authentication-config authorization-config authentication-token-webhook-config-file
     authentication-token-webhook-cache-ttl authorization-webhook-config-file authorization-policy-file
     oidc-issuer-url oidc-client-id oidc-ca-file oidc-username-claim oidc-username-prefix oidc-groups-claim
     oidc-groups-prefix oidc-required-claim oidc-signing-algs tls-sni-cert-key`,
    'enable-bootstrap-token-auth',
  ),
  ...row(
    'admission plugins are what they are',
    'enable-admission-plugins disable-admission-plugins admission-control-config-file',
  ),
  ...row(
    'values are not encrypted yet',
    'encryption-provider-config',
    'encryption-provider-config-automatic-reload',
  ),
  ...row('flow control has two limits', 'goaway-chance', 'enable-priority-and-fairness'),
  ...row('there are no feature gates', 'feature-gates emulated-version min-compatibility-version'),
  ...row(
    'caches find their sizes by themselves',
    `default-watch-cache-size watch-cache-sizes etcd-compaction-interval etcd-count-metric-poll-period
     etcd-db-metric-poll-interval etcd-healthcheck-timeout etcd-readycheck-timeout lease-reuse-duration-seconds`,
    'watch-cache',
  ),
  ...row(
    'this server has nothing of the kind',
    `external-hostname apiserver-count endpoint-reconciler-type cert-dir cloud-provider cloud-config
     livez-grace-period shutdown-delay-duration tls-cipher-suites tls-min-version max-connection-bytes-per-sec
     http2-max-streams-per-connection strict-transport-security-directives cors-allowed-origins tracing-config-file
     logging-format log-flush-frequency vmodule peer-advertise-ip peer-advertise-port peer-ca-file
     allow-metric-labels disabled-metrics show-hidden-metrics-for-version`,
    `allow-privileged profiling contention-profiling permit-port-sharing permit-address-sharing
     shutdown-send-retry-after shutdown-watch-termination-grace-period enable-garbage-collector
     enable-logs-handler logtostderr alsologtostderr`,
  ),
];
