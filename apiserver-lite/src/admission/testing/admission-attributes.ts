import type { KubeObject } from '@pg8s/k8s-proto/object';
import { type AdmissionAttributes, ReinvocationContext } from '../attributes.ts';

/** The attributes of a request in the namespace `ns`, by default the creation of a Pod `p` by nobody. */
export function admissionAttributes(
  given: Partial<Omit<AdmissionAttributes, 'object' | 'oldObject'>> & {
    object?: object | undefined;
    oldObject?: object | undefined;
  },
): AdmissionAttributes {
  return {
    operation: 'CREATE',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    subresource: '',
    namespace: 'ns',
    name: 'p',
    options: undefined,
    dryRun: false,
    signal: new AbortController().signal,
    deadlineMs: Number.MAX_SAFE_INTEGER,
    user: { name: 'nobody', groups: [] },
    reinvocation: new ReinvocationContext(),
    annotate() {},
    warn() {},
    ...given,
    object: given.object as KubeObject | undefined,
    oldObject: given.oldObject as KubeObject | undefined,
  };
}
