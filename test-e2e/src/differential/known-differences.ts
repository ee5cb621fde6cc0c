import type { KnownDifference } from './known-difference.ts';
import { knownMetrics } from './known-metrics.ts';

/** The comparison fails for a difference that is not listed here, and for an entry that explains nothing. */
export const knownDifferences: readonly KnownDifference[] = [
  ...knownMetrics,
  {
    where: /./,
    line: /^headers\.x-kubernetes-pf-/,
    reason: 'FlowSchemas are not obeyed yet, so that no request has one',
    everywhere: true,
  },
  {
    where: /\/version|^accept: \/version/,
    line: /^body\.(gitVersion|gitCommit|gitTreeState|buildDate|goVersion|compiler|platform): /,
    reason: 'it is another program',
  },
  {
    where: /./,
    line: /legacyscheme\/scheme\.go:30.*runtime\/scheme\.go:111/,
    reason: 'released binaries say legacyscheme; a build with -trimpath does not know its folders',
  },
  {
    where: /\/debug\/pprof$/,
    line: /^code: pg8s 404/,
    reason: 'profiles are those of Go',
  },
  {
    where: / (\/|\/index\.html)$/,
    line: /^body\.paths/,
    reason:
      'the root document names what is served; kube-apiserver has more checks, profiles and controllers',
  },
  {
    where: /life of apiextensions\.k8s\.io/,
    line: /./,
    reason: 'the resources of definitions are not served yet, so that no names are accepted',
  },
  {
    where: /life of apiregistration\.k8s\.io/,
    line: /./,
    reason: 'nobody writes the condition Available yet',
  },
  {
    where: /life of flowcontrol\.apiserver\.k8s\.io/,
    line: /./,
    reason: 'FlowSchemas are not obeyed yet, so that nobody writes their conditions',
  },
  {
    where: /clusterroles|ClusterRole: list/,
    line: /rules: pg8s/,
    reason:
      'admin, edit and view are created with the rules of the roles that they aggregate; kube-apiserver leaves that to a controller',
  },
  {
    where: /life of apps\/v1 DaemonSet/,
    line: /annotations.*deprecated\.daemonset\.template\.generation/,
    reason:
      'kube-apiserver makes metadata of its internal type, which has the generation of the template in a field',
  },
  {
    where: /life of batch\/v1 Job: (patch of the uid|put of labels that are wrong)/,
    line: /^body\./,
    reason: 'the same causes in another order',
  },
  {
    where: /invalid updates of status: (5|6|7), /,
    line: /^body\./,
    reason: 'kube-apiserver walks a Go map there: its order changes from try to try',
  },
  {
    where: /invalid manifests of devices: 9|^mutated /,
    line: /^code: .*stock 0 /,
    reason: 'kube-apiserver panics',
  },
  {
    where: /tokens that somebody made: of the old form/,
    line: /^body\.status\.error/,
    reason: 'tokens that stand in Secrets are not taken yet, as no controller makes them',
  },
  {
    where: /invalid manifests of admission: (1|3)/,
    line: /^body\./,
    reason: 'expressions are not compiled yet',
  },
  {
    where: /invalid updates of definitions/,
    line: /./,
    reason: 'definitions have no life yet: nobody accepts their names or cleans up after them',
  },
  {
    where: /patch of an unknown field/,
    line: /managedFields/,
    reason: 'the owners within a text stand in the order of the seconds in which they wrote',
  },
  {
    where: /^discovery: OpenAPI v3$/,
    line: /^(headers\.(vary|content-type|accept-ranges)|body): /,
    reason: 'the index says that it is JSON; kube-apiserver leaves that to a guess of its HTTP server',
  },
  {
    where: /life of v1 Endpoints: (get|list) as application\/cbor/,
    line: /^headers\.warning: pg8s/,
    reason: 'the deprecation is said with the refusal of the form, too',
  },
];
