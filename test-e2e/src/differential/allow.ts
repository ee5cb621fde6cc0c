import type { Ask } from './family.ts';

/** One of the rules of a role. */
export interface Rule {
  verbs: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  resourceNames?: readonly string[];
  nonResourceURLs?: readonly string[];
}

const access = '/apis/rbac.authorization.k8s.io/v1';

/**
 * Lets a user do what the rules say, in the whole cluster, and waits until the server knows of it.
 */
export async function allow(ask: Ask, user: string, rules: readonly Rule[]): Promise<void> {
  const name = `differential-${user}`;
  const marker = { nonResourceURLs: [`/${name}`], verbs: ['get'] };
  await ask(`role of ${user}`, {
    path: `${access}/clusterroles`,
    body: { metadata: { name }, rules: [...rules, marker] },
  });
  await ask(`binding of ${user}`, {
    path: `${access}/clusterrolebindings`,
    body: {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    },
  });
  const review = {
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: { spec: { user, nonResourceAttributes: { path: `/${name}`, verb: 'get' } } },
  };
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await ask.silently(review);
    if ((JSON.parse(answer.body.toString()) as { status: { allowed: boolean } }).status.allowed) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`${user} has no rights after 5 s`);
}
