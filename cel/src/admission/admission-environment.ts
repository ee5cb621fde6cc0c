import { providerOf } from '../declared-types.ts';
import type { Environment, Variable } from '../environment.ts';
import { kubernetesEnvironment } from '../kubernetes-environment.ts';
import { authorizerType, resourceCheckType } from '../libraries/authorizer/authorizer-values.ts';
import { jsonPatchLibrary } from '../libraries/jsonpatch/jsonpatch-library.ts';
import { type CelType, dynType, objectType } from '../types.ts';
import { admissionObjects, namespaceType, requestType } from './admission-types.ts';
import { patchTypes } from './patch-types.ts';

/** Which variables and types an expression of admission has besides those that all have. */
export interface AdmissionVariables {
  /** `params` */
  readonly params?: boolean;
  /** `authorizer` and `authorizer.requestResource` */
  readonly authorizer?: boolean;
  /** The types of patches, and `jsonpatch.escapeKey()`. */
  readonly patches?: boolean;
}

const common: readonly Variable[] = [
  { name: 'object', type: dynType },
  { name: 'oldObject', type: dynType },
  { name: 'namespaceObject', type: namespaceType },
  { name: 'request', type: requestType },
];

const environments = new Map<string, Environment>();

/** The environment of match conditions, validations, messages, annotations or mutations. Made once each. */
export function admissionEnvironment(variables: AdmissionVariables): Environment {
  const { params = false, authorizer = false, patches = false } = variables;
  const key = `${params} ${authorizer} ${patches}`;
  const known = environments.get(key);
  if (known !== undefined) return known;
  const declared = kubernetesEnvironment.extend({
    types: providerOf(...admissionObjects),
    variables: [
      ...common,
      ...(params ? [{ name: 'params', type: dynType }] : []),
      ...(authorizer
        ? [
            { name: 'authorizer', type: authorizerType },
            { name: 'authorizer.requestResource', type: resourceCheckType },
          ]
        : []),
    ],
  });
  const environment = patches
    ? declared.extend({ types: patchTypes, libraries: [jsonPatchLibrary] })
    : declared;
  environments.set(key, environment);
  return environment;
}

const variablesName = 'kubernetes.variables';

/** The variables of one policy, each of which may use those before it (Kubernetes: CompositedCompiler). */
export class PolicyVariables {
  readonly #types = new Map<string, CelType>();

  /** Declares `variables.name`; dyn where its expression did not compile. */
  add(name: string, type: CelType | undefined): void {
    this.#types.set(name, type === undefined ? dynType : declaredType(type));
  }

  /** The environment with `variables` in it. Later variables are seen by it, too. */
  in(environment: Environment): Environment {
    const types = this.#types;
    return environment.extend({
      types: providerOf({ name: variablesName, field: (name) => types.get(name) }),
      variables: [{ name: 'variables', type: objectType(variablesName) }],
    });
  }
}

/** Objects, optionals and types are dyn when a variable holds them. */
function declaredType(type: CelType): CelType {
  switch (type.kind) {
    case 'object':
    case 'opaque':
    case 'type':
    case 'parameter':
    case 'error':
      return dynType;
    default:
      return type;
  }
}
