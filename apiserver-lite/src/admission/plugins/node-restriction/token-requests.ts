import type { AuthenticationV1TokenRequest, V1Pod } from '@pg8s/k8s-proto/generated/models';
import { isReason } from '../../../api-errors/status-error.ts';
import { pods, quoted, refuse, type NodeRequest } from './node-request.ts';
import { driverOf, hasAudience } from './volume-drivers.ts';

/** Tokens only in the name of a Pod that runs on the node, for an audience that the Pod's volumes name. */
export async function checkServiceAccount(request: NodeRequest): Promise<void> {
  const { node, attributes, read } = request;
  if (attributes.operation !== 'CREATE' || attributes.subresource !== 'token') return;
  const { spec } = attributes.object as Partial<AuthenticationV1TokenRequest>;
  const reference = spec?.boundObjectRef;
  if (reference?.apiVersion !== 'v1' || reference.kind !== 'Pod' || !reference.name) {
    throw refuse(request, 'node requested token not bound to a pod');
  }
  if (!reference.uid) throw refuse(request, 'node requested token with a pod binding without a uid');
  const pod = (await read(pods, attributes.namespace, reference.name)) as V1Pod;
  if (reference.uid !== pod.metadata?.uid) {
    throw refuse(
      request,
      `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (pod.spec?.nodeName !== node) {
    throw refuse(request, 'node requested token bound to a pod scheduled on a different node');
  }
  await checkAudience(request, pod, spec?.audiences ?? []);
}

async function checkAudience(request: NodeRequest, pod: V1Pod, audiences: readonly string[]): Promise<void> {
  if (audiences.length > 1) throw refuse(request, 'node may only request 0 or 1 audiences');
  const [audience = ''] = audiences;
  const { found, problems } = await findAudience(request, pod, audience);
  if (found) return;
  if (problems.length > 0) {
    const distinct = [...new Set(problems)];
    const all = distinct.length === 1 ? distinct[0] : `[${distinct.join(', ')}]`;
    throw refuse(request, `error validating audience ${quoted(audience)}: ${all}`);
  }
  const { attributes, authorizer } = request;
  const { user, namespace, name } = attributes;
  const { decision } = await authorizer.authorize({
    user,
    verb: 'request-serviceaccounts-token-audience',
    isResourceRequest: true,
    namespace,
    apiGroup: '',
    apiVersion: 'v1',
    resource: audience,
    subresource: '',
    name,
    path: '',
  });
  if (decision === 'allow') return;
  throw refuse(
    request,
    `audience ${quoted(audience)} not found in pod spec volume, ${user.name} is not authorized to request tokens for this audience`,
  );
}

/** Whether a volume of the Pod wants tokens for the audience: itself, or through the CSI driver behind it. */
async function findAudience(
  { read }: NodeRequest,
  pod: V1Pod,
  audience: string,
): Promise<{ found: boolean; problems: string[] }> {
  const problems: string[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    const isProjected = (volume.projected?.sources ?? []).some(
      ({ serviceAccountToken: token }) => token && (token.audience ?? '') === audience,
    );
    if (isProjected) return { found: true, problems };
    try {
      const driver = await driverOf(read, pod, volume);
      if (driver !== undefined && (await hasAudience(read, driver, audience)))
        return { found: true, problems };
    } catch (error) {
      if (!isReason(error, 'NotFound')) throw error;
      problems.push(error.message);
    }
  }
  return { found: false, problems };
}
