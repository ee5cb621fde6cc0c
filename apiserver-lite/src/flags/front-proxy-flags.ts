import { type ComponentFlag, inEffect } from '@pg8s/k8s-proto/component-base/component-flag';

const { string, boolean, list } = inEffect;

/** The flags of aggregation: front proxies that are believed, and the server as one. */
export const frontProxyFlags: readonly ComponentFlag[] = [
  string(
    'requestheader-client-ca-file',
    '',
    'Certificate authority of front proxies, who name users in headers.',
  ),
  list('requestheader-allowed-names', '', 'Common names of front proxies. Default: any that it signed.'),
  list('requestheader-username-headers', '', 'Headers in which front proxies name the user.'),
  list('requestheader-uid-headers', '', 'Headers with the UID of the user; X-Remote-Uid must be among them.'),
  list('requestheader-group-headers', '', 'Headers with the groups of the user.'),
  list('requestheader-extra-headers-prefix', '', 'Beginnings of headers with other fields of the user.'),
  string('proxy-client-cert-file', '', 'Client certificate for servers behind APIServices.'),
  string('proxy-client-key-file', '', 'Private key of that certificate.'),
  boolean(
    'enable-aggregator-routing',
    'false',
    'Call endpoints of headless Services, too, and no external names; other Services are always called so.',
  ),
  boolean(
    'aggregator-reject-forwarding-redirect',
    'true',
    'Hand no redirect of a server behind an APIService on to clients.',
  ),
];
