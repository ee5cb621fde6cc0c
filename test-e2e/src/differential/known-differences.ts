import type { KnownDifference } from './known-difference.ts';
import { knownMetrics } from './known-metrics.ts';

/** The comparison fails for a difference that is not listed here, and for an entry that explains nothing. */
export const knownDifferences: readonly KnownDifference[] = [
  ...knownMetrics,
  {
    where: /^collection of v1 Pod: watch of changes/,
    line: /^body\[\d+\]/,
    reason: 'the objects of a collection are deleted several at a time, not one after the other',
    sometimes: true,
  },
  {
    where: /^collection of apps\/v1 \w+: watch with initial events/,
    line: /(spec\.replicas|status\.availableReplicas|template\.generation|cells\[\d+\]): pg8s (absent|null|""), stock/,
    reason: 'what the internal types of kube-apiserver have by value is zero in the object of a bookmark',
  },
  {
    where: /^admission webhooks: custom: adds an unknown field: received by 2 validating$/,
    line: /request\.object\.unknown: pg8s absent/,
    reason:
      'what a webhook adds to a custom object that its schema does not have goes at once, not only when it is stored and read',
  },
  {
    where: /\/version|^accept: \/version/,
    line: /^body\.(gitVersion|gitCommit|gitTreeState|buildDate|goVersion|compiler|platform): /,
    reason: 'it is another program',
    everywhere: true,
  },
  {
    where: /./,
    line: /legacyscheme\/scheme\.go:30.*runtime\/scheme\.go:111/,
    reason: 'released binaries say legacyscheme; a build with -trimpath does not know its folders',
    everywhere: true,
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
    where: /invalid updates of status: (5|6|7), /,
    line: /^body\./,
    reason: 'kube-apiserver walks a Go map there: its order changes from try to try',
    sometimes: true,
  },
  {
    where: /invalid manifests of devices: 9|^mutated /,
    line: /^code: .*stock 0 /,
    reason: 'kube-apiserver panics',
  },
  {
    where:
      /life of (apiregistration|flowcontrol).*: (patch status of what is|apply status$|status as a table)/,
    line: /managedFields|conditions|cells/,
    reason: 'each server writes its own condition again at a moment of its own',
    sometimes: true,
  },
  {
    where: /(create from|post) .*protobuf/,
    line: /^code: pg8s 415.*stock 0/,
    reason: 'kube-apiserver panics where a custom object is sent as protobuf',
  },
  {
    where: /invalid updates of definitions/,
    line: /./,
    reason: 'one definition after the other has the same name; each server lets them go in its own time',
  },
  {
    where: /^watches through a conversion webhook: refused: v2 /,
    line: /^body\.(isEarly|events)/,
    reason:
      'a watch ends with the error of an object that cannot be converted; in kube-apiserver it stays open and silent',
  },
  {
    where: /life of custom objects: scale by apply/,
    line: /./,
    reason: 'kube-apiserver cannot apply a Scale to a custom object that nobody owns',
  },
  {
    where: /^health: /,
    line: /^body: .*poststarthook/,
    reason: 'checks are those of the parts that are there; kube-apiserver has more, and another order',
  },
  {
    where: /^forms of discovery: .*vnd.kubernetes.protobuf;g=apidiscovery.k8s.io;v=v2/,
    line: /^code: pg8s 406/,
    reason: 'the aggregated document is not to be had as protobuf; no client asks for that alone',
  },
  {
    where: /^paths: POST \/api\/v1\/namespaces\/\/configmaps$/,
    line: /^code: pg8s 400/,
    reason: 'a namespace without a name is refused before the object is looked at',
  },
  {
    where: /patch of an unknown field/,
    line: /managedFields/,
    reason: 'the owners within a text stand in the order of the seconds in which they wrote',
  },
];
