import { parseFieldSelector } from '../../selectors/field-selector.ts';
import { nodeNameOf } from '../../authentication/node-identity.ts';
import { allowed } from '../authorizer.ts';
import type { Authorization, AuthorizationAttributes, Authorizer } from '../authorizer.ts';
import { CompiledRole } from '../compiled-role.ts';
import type { RoleObject } from '../rbac-objects.ts';
import type { NodeIndex } from './node-index.ts';

const leaseNamespace = 'kube-node-lease';

/**
 * `--authorization-mode=Node`: a kubelet (user `system:node:NAME` in the group `system:nodes`) may read what
 * its own Pods name, and write what is its own; what is not divided by nodes goes by the role `system:node`
 * (Kubernetes: `plugin/pkg/auth/authorizer/node`).
 */
export function nodeAuthorizer(index: NodeIndex, nodeRole: RoleObject): Authorizer {
  const role = new CompiledRole(nodeRole);
  return {
    authorize(asked) {
      const node = nodeNameOf(asked.user);
      if (node === undefined) return noOpinion('');
      if (node === '') return noOpinion(`unknown node for user ${JSON.stringify(asked.user.name)}`);
      const judge = asked.isResourceRequest ? judges[`${asked.apiGroup}/${asked.resource}`] : undefined;
      if (judge !== undefined) return judge({ node, asked, index });
      return role.allows(asked) ? allowed : noOpinion('');
    },
  };
}

interface Case {
  node: string;
  asked: AuthorizationAttributes;
  index: NodeIndex;
}

type Judge = (each: Case) => Authorization;

function noOpinion(reason: string): Authorization {
  return { decision: 'noOpinion', reason };
}

const related: Judge = ({ node, asked: { resource, namespace, name }, index }) => {
  if (name === '') return noOpinion('No Object name found');
  return index.isRelated(node, resource, namespace, name)
    ? allowed
    : noOpinion(`no relationship found between node '${node}' and this object`);
};

const read: ReadonlySet<string> = new Set(['get', 'list', 'watch']);
const own: ReadonlySet<string> = new Set(['get', 'create', 'update', 'patch', 'delete']);
const change: ReadonlySet<string> = new Set(['update', 'patch']);

const readNamespaced: Judge = (each) => {
  const { verb, subresource, namespace } = each.asked;
  if (!read.has(verb)) return noOpinion('can only read resources of this type');
  if (subresource !== '') return noOpinion('cannot read subresource');
  if (namespace === '') return noOpinion('can only read namespaced object of this type');
  return related(each);
};

const getOne: Judge = (each) => {
  if (each.asked.verb !== 'get') return noOpinion('can only get individual resources of this type');
  if (each.asked.subresource !== '') return noOpinion('cannot get subresource');
  return related(each);
};

const claim: Judge = (each) => {
  if (each.asked.subresource !== 'status') return getOne(each);
  return change.has(each.asked.verb) ? related(each) : noOpinion('can only get/update/patch this type');
};

const serviceAccount: Judge = (each) => {
  const { verb, subresource, name } = each.asked;
  if (verb === 'get' && subresource === '') return readNamespaced(each);
  if (verb !== 'create' || name === '') {
    return noOpinion('can only create tokens for individual service accounts');
  }
  if (subresource !== 'token') return noOpinion('can only create token subresource of serviceaccount');
  return related(each);
};

const lease: Judge = ({ node, asked: { verb, namespace, name } }) => {
  if (!own.has(verb)) return noOpinion('can only get, create, update, patch, or delete a node lease');
  if (namespace !== leaseNamespace) {
    return noOpinion(`can only access leases in the "${leaseNamespace}" system namespace`);
  }
  // Only admission knows the name of what is made.
  if (verb !== 'create' && name !== node) {
    return noOpinion('can only access node lease with the same name as the requesting node');
  }
  return allowed;
};

const csiNode: Judge = ({ node, asked: { verb, subresource, name } }) => {
  if (!own.has(verb)) return noOpinion('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== '') return noOpinion('cannot authorize CSINode subresources');
  if (verb !== 'create' && name !== node) {
    return noOpinion('can only access CSINode with the same name as the requesting node');
  }
  return allowed;
};

const resourceSlice: Judge = (each) => {
  const { verb, subresource } = each.asked;
  if (subresource !== '') return noOpinion('cannot authorize ResourceSlice subresources');
  switch (verb) {
    case 'create':
      return allowed;
    case 'get':
    case 'update':
    case 'patch':
    case 'delete':
      return related(each);
    case 'watch':
    case 'list':
    case 'deletecollection':
      return selects(each, 'spec.nodeName')
        ? allowed
        : noOpinion('can only list/watch/deletecollection resourceslices with nodeName field selector');
    default:
      return noOpinion(
        'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
      );
  }
};

const certificateRequest: Judge = (each) => {
  const { verb, subresource } = each.asked;
  if (subresource !== '') {
    return noOpinion('nodes may not access the status subresource of PodCertificateRequests');
  }
  if (verb === 'create') return allowed;
  if (verb === 'get') return related(each);
  if (verb !== 'list' && verb !== 'watch') return noOpinion(`nodes may not ${verb} podcertificaterequests`);
  return selects(each, 'spec.nodeName')
    ? allowed
    : noOpinion('can only list/watch podcertificaterequests with nodeName field selector');
};

const nodeObject: Judge = ({ node, asked: { verb, subresource, name } }) => {
  if (subresource === 'status') return change.has(verb) ? allowed : noOpinion('');
  if (subresource !== '') return noOpinion('');
  if (verb === 'create' || change.has(verb)) return allowed;
  if (!read.has(verb)) return noOpinion('');
  if (name === node) return allowed;
  return noOpinion(
    name === ''
      ? `node '${node}' cannot read all nodes, only its own Node object`
      : `node '${node}' cannot read '${name}', only its own Node object`,
  );
};

const pod: Judge = (each) => {
  const { verb, subresource, name } = each.asked;
  if (subresource === 'status') return change.has(verb) ? allowed : noOpinion('');
  if (subresource === 'eviction') return verb === 'create' ? allowed : noOpinion('');
  if (subresource !== '') return noOpinion('');
  if (verb === 'get') return getOne(each);
  if (verb === 'create' || verb === 'delete') return allowed;
  if (verb !== 'list' && verb !== 'watch') return noOpinion('');
  if (selects(each, 'spec.nodeName')) return allowed;
  return name === ''
    ? noOpinion('can only list/watch pods with spec.nodeName field selector')
    : related(each);
};

/** Whether the request asks for what is on the node alone. */
function selects({ node, asked: { fieldSelector = '' } }: Case, label: string): boolean {
  try {
    return parseFieldSelector(fieldSelector).some(
      ({ field, equals, value }) => field === label && equals && value === node,
    );
  } catch {
    return false;
  }
}

const judges: Readonly<Record<string, Judge>> = Object.assign(Object.create(null) as object, {
  '/secrets': readNamespaced,
  '/configmaps': readNamespaced,
  '/persistentvolumeclaims': claim,
  '/persistentvolumes': getOne,
  '/serviceaccounts': serviceAccount,
  '/nodes': nodeObject,
  '/pods': pod,
  'resource.k8s.io/resourceclaims': getOne,
  'resource.k8s.io/resourceslices': resourceSlice,
  'storage.k8s.io/volumeattachments': getOne,
  'storage.k8s.io/csinodes': csiNode,
  'coordination.k8s.io/leases': lease,
  'certificates.k8s.io/podcertificaterequests': certificateRequest,
});
