import type { AuthorizationAttributes, Authorizer } from '../../../authorization/authorizer.ts';
import type { UserInfo } from '../../../http/request-context.ts';

/**
 * Whether a user may do something for a signer: by its name, or for all signers of its domain,
 * `example.com/*` (Kubernetes: `pkg/certauthorization`).
 */
export async function maySign(
  authorizer: Authorizer,
  user: UserInfo,
  verb: 'approve' | 'sign',
  signerName: string,
): Promise<boolean> {
  const question = (name: string): AuthorizationAttributes => ({
    user,
    verb,
    isResourceRequest: true,
    namespace: '',
    apiGroup: 'certificates.k8s.io',
    apiVersion: '*',
    resource: 'signers',
    subresource: '',
    name,
    path: '',
  });
  for (const name of [signerName, `${signerName.split('/', 1)[0]}/*`]) {
    const { decision } = await authorizer.authorize(question(name));
    if (decision === 'allow') return true;
  }
  return false;
}
