import { type ComponentFlag, refused } from '@pg8s/k8s-proto/component-base/component-flag';

/**
 * Flags of kube-apiserver 1.36 that ask for what pg8s does not do yet: refused unless they ask for nothing.
 */
export const refusedFlags: readonly ComponentFlag[] = [
  ...refused('this way to authenticate is not there yet', {
    string: `authentication-config oidc-ca-file oidc-client-id oidc-groups-claim oidc-groups-prefix
      oidc-issuer-url oidc-username-claim=sub oidc-username-prefix service-account-signing-endpoint`,
    list: 'oidc-required-claim oidc-signing-algs=[RS256]',
  }),
  ...refused('this way to authorize is not there yet', {
    string: `authorization-config authorization-policy-file authorization-webhook-config-file
      authorization-webhook-version=v1beta1`,
    duration:
      'authorization-webhook-cache-authorized-ttl=5m0s authorization-webhook-cache-unauthorized-ttl=30s',
  }),
  ...refused('this flag is replaced by --enable-admission-plugins', { list: 'admission-control' }),
  ...refused('privileged containers cannot be forbidden yet', { boolean: 'allow-privileged=true' }),
  ...refused('certificates by server name are not there yet', { list: 'tls-sni-cert-key=[]' }),
  ...refused('this header is not sent yet', {
    list: 'cors-allowed-origins strict-transport-security-directives',
  }),
  ...refused('connections are not closed or slowed down by the server yet', {
    float: 'goaway-chance',
    int: 'max-connection-bytes-per-sec',
  }),
  ...refused('a server that stops takes no new requests at once; --shutdown-timeout is for those under way', {
    duration: 'shutdown-delay-duration shutdown-watch-termination-grace-period',
    boolean: 'shutdown-send-retry-after',
  }),
  ...refused('requests to nodes and webhooks cannot take another way yet', {
    string: 'egress-selector-config-file',
  }),
  ...refused('there are no traces yet', { string: 'tracing-config-file' }),
  ...refused('the kubernetes Service has only a cluster IP', { int: 'kubernetes-service-node-port=0' }),
  ...refused('finalizers of deletions are always obeyed', { boolean: 'enable-garbage-collector=true' }),
  ...refused('lists and watches always come from the watch cache', { boolean: 'watch-cache=true' }),
  ...refused('only Kubernetes 1.36 is there', {
    boolean: 'emulation-forward-compatible runtime-config-emulation-forward-compatible',
  }),
  ...refused('there are no log files to serve', { boolean: 'enable-logs-handler' }),
  ...refused('there are no Go profiles', { string: 'debug-socket-path' }),
];
