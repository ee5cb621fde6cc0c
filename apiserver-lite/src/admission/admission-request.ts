import type { GroupVersionKind } from '@pg8s/k8s-proto/group-version';
import type { AdmissionAttributes, GroupVersionResource } from './attributes.ts';

/**
 * An AdmissionRequest without uid and objects, as webhooks and expressions see it: `resource` and `kind` are
 * those that a rule was about, `requestResource` and `requestKind` the request's own (Kubernetes:
 * `webhook/request/admissionreview.go`).
 */
export function admissionRequest(
  attributes: AdmissionAttributes,
  { resource, kind }: { readonly resource: GroupVersionResource; readonly kind: GroupVersionKind },
): Record<string, unknown> {
  const { subresource, name, namespace, operation, user, dryRun, options = null } = attributes;
  const subresources = (field: string) => (subresource === '' ? {} : { [field]: subresource });
  const extra = Object.entries(user.extra ?? {});
  return {
    kind: kindOf(kind),
    resource: resourceOf(resource),
    ...subresources('subResource'),
    requestKind: kindOf(attributes.kind),
    requestResource: resourceOf(attributes.resource),
    ...subresources('requestSubResource'),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: {
      ...(user.name === '' ? {} : { username: user.name }),
      ...(user.uid === undefined || user.uid === '' ? {} : { uid: user.uid }),
      ...(user.groups.length === 0 ? {} : { groups: user.groups }),
      ...(extra.length === 0 ? {} : { extra: Object.fromEntries(extra) }),
    },
    dryRun,
    options,
  };
}

const kindOf = ({ group, version, kind }: GroupVersionKind) => ({ group, version, kind });
const resourceOf = ({ group, version, resource }: GroupVersionResource) => ({ group, version, resource });
