import { createEnvironment } from './create-environment.ts';
import type { Environment } from './environment.ts';
import type { Library } from './library.ts';
import { authorizerLibrary, authorizerSelectorsLibrary } from './libraries/authorizer/authorizer-library.ts';
import { kubernetesCosts } from './libraries/costs/kubernetes-costs.ts';
import { formatLibrary } from './libraries/format/format-library.ts';
import { kubernetesListsLibrary } from './libraries/lists/kubernetes-lists-library.ts';
import { listsLibrary } from './libraries/lists/lists-library.ts';
import { cidrLibrary } from './libraries/network/cidr-library.ts';
import { ipLibrary } from './libraries/network/ip-library.ts';
import { quantityLibrary } from './libraries/quantity/quantity-library.ts';
import { regexLibrary } from './libraries/regex/regex-library.ts';
import { semverLibrary } from './libraries/semver/semver-library.ts';
import { setsLibrary } from './libraries/sets/sets-library.ts';
import { stringsLibrary } from './libraries/strings/strings-library.ts';
import { urlLibrary } from './libraries/url/url-library.ts';
import { optionalLibrary, twoVariableLibrary } from './standard/optional.ts';

/** Kubernetes' libraries, oldest first, as kube-apiserver lists them. */
const libraries: readonly Library[] = [
  urlLibrary,
  regexLibrary,
  kubernetesListsLibrary,
  authorizerLibrary,
  optionalLibrary,
  quantityLibrary,
  stringsLibrary,
  setsLibrary,
  ipLibrary,
  cidrLibrary,
  formatLibrary,
  authorizerSelectorsLibrary,
  twoVariableLibrary,
  semverLibrary,
  listsLibrary,
  kubernetesCosts,
];

/**
 * Where kube-apiserver 1.36 compiles expressions (Kubernetes: pkg/cel/environment/base.go), without
 * variables. New expressions are compiled for 1.35, which the release before could evaluate, too; stored ones
 * for every version. Nothing came with 1.36, so that both are the same here.
 */
export const kubernetesEnvironment: Environment = createEnvironment({
  libraries,
  validateLiterals: true,
});
