import assert from 'node:assert/strict';
import type { CommandResult } from '../command.ts';
import { eventually } from '../command.ts';

/** kubectl of an administrator; whatever the exit code. */
export type Kubectl = (args: readonly string[], input?: string) => Promise<CommandResult>;

/** One step of the scenario: what is done, and what is so in the end, however long that takes. */
interface Step {
  name: string;
  /** Without it the step only waits. */
  does?: readonly string[];
  /** Standard input. */
  input?: object;
  /** The command is refused, with such words. Default: it succeeds. */
  refused?: RegExp;
  /** The output of kubectl with these arguments matches in the end. */
  until?: readonly [args: readonly string[], output: RegExp];
}

const namespace = ['-n', 'combination'];
const deployment = (name: string, more: object = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace: 'combination' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'c', image: 'nginx:1' }], ...more },
    },
  },
});
const phases = (name: string): string[] => [
  'get',
  'pods',
  ...namespace,
  '-l',
  `app=${name}`,
  '-o',
  'jsonpath={.items[*].status.phase}',
];
const names = (resource: string, selector = ''): string[] => [
  'get',
  resource,
  ...namespace,
  ...(selector === '' ? [] : ['-l', selector]),
  '-o',
  'name',
];
const rolledOut = (name: string): string[] => [
  'rollout',
  'status',
  `deployment/${name}`,
  ...namespace,
  '--timeout=120s',
];

/** `node`: the name of the only node. */
const steps = (node: string): readonly Step[] => [
  {
    name: 'a namespace gets its service account and the certificate of the cluster',
    does: ['create', 'namespace', 'combination'],
    until: [names('serviceaccounts,configmaps'), /serviceaccount\/default[^]*configmap\/kube-root-ca\.crt/],
  },
  { name: 'a Deployment runs', does: ['create', '-f', '-'], input: deployment('web') },
  { name: 'and says so', does: rolledOut('web'), until: [phases('web'), /^Running Running$/] },
  { name: 'a new image', does: ['set', 'image', ...namespace, 'deployment/web', 'c=nginx:2'] },
  {
    name: 'is rolled out by a second ReplicaSet',
    does: rolledOut('web'),
    until: [
      ['get', 'rs', ...namespace, '--sort-by=.spec.replicas', '-o', 'jsonpath={.items[*].status.replicas}'],
      /^0 2$/,
    ],
  },
  { name: 'it is taken back', does: ['rollout', 'undo', ...namespace, 'deployment/web'] },
  {
    name: 'by the first ReplicaSet, which has a new revision',
    does: rolledOut('web'),
    until: [
      ['get', 'deployment', 'web', ...namespace, '-o', 'jsonpath={.metadata.annotations}'],
      /"deployment\.kubernetes\.io\/revision":"3"/,
    ],
  },
  {
    name: 'it is scaled',
    does: ['scale', ...namespace, 'deployment/web', '--replicas=1'],
    until: [phases('web'), /^Running$/],
  },
  {
    name: 'a Service has an address',
    does: ['expose', ...namespace, 'deployment/web', '--port=80'],
    until: [['get', 'service', 'web', ...namespace, '-o', 'jsonpath={.spec.clusterIP}'], /^10\.96\./],
  },
  {
    name: 'a budget counts its Pods',
    does: ['create', 'pdb', 'web', ...namespace, '--selector=app=web', '--min-available=1'],
    until: [['get', 'pdb', 'web', ...namespace, '-o', 'jsonpath={.status.currentHealthy}'], /^1$/],
  },
  {
    name: 'and keeps the last one from being drained',
    does: ['drain', node, '--pod-selector=app=web', '--timeout=5s'],
    refused: /violate the pod's disruption budget/,
  },
  { name: 'without the budget', does: ['delete', 'pdb', 'web', ...namespace] },
  {
    name: 'the node is drained, and what replaces the Pod waits',
    does: ['drain', node, '--pod-selector=app=web', '--timeout=120s'],
    until: [phases('web'), /^Pending$/],
  },
  { name: 'until the node is back', does: ['uncordon', node], until: [phases('web'), /^Running$/] },
  {
    name: 'a taint evicts who does not tolerate it',
    does: ['taint', 'node', node, 'combination=1:NoExecute'],
    until: [phases('web'), /^Pending$/],
  },
  {
    name: 'until it is taken away',
    does: ['taint', 'node', node, 'combination-'],
    until: [phases('web'), /^Running$/],
  },
  {
    name: 'foreground deletion takes all that is owned',
    does: ['delete', 'deployment', 'web', ...namespace, '--cascade=foreground', '--timeout=120s'],
    until: [names('rs,pods', 'app=web'), /^$/],
  },
  { name: 'another Deployment', does: ['create', '-f', '-'], input: deployment('left') },
  { name: 'that runs', does: rolledOut('left') },
  {
    name: 'leaves its ReplicaSet without owner where it is told to',
    does: ['delete', 'deployment', 'left', ...namespace, '--cascade=orphan', '--timeout=120s'],
    until: [
      [
        'get',
        'rs',
        ...namespace,
        '-l',
        'app=left',
        '-o',
        'jsonpath={range .items[*]}{.metadata.ownerReferences}.{end}',
      ],
      /^\.$/,
    ],
  },
  {
    name: 'which takes its Pods with it',
    does: ['delete', 'rs', ...namespace, '-l', 'app=left', '--timeout=120s'],
    until: [names('pods', 'app=left'), /^$/],
  },
  { name: 'one more Deployment', does: ['create', '-f', '-'], input: deployment('last') },
  { name: 'is there', does: rolledOut('last') },
  {
    name: 'when its namespace is deleted, which goes when all in it is gone',
    does: ['delete', 'namespace', 'combination', '--timeout=180s'],
    until: [['get', 'namespaces', '-o', 'name'], /^(?![^]*combination)/],
  },
];

/**
 * What the controllers of pg8s exist for, as people ask for it: the same steps and the same states whichever
 * API server, controllers and store work together.
 */
export async function runScenario(kubectl: Kubectl, node: string): Promise<void> {
  for (const { name, does, input, refused, until } of steps(node)) {
    if (does !== undefined) {
      const result = await kubectl(does, input === undefined ? undefined : JSON.stringify(input));
      const said = `${name}: ${result.stdout}${result.stderr}`;
      if (refused === undefined) assert.equal(result.code, 0, said);
      else {
        assert.notEqual(result.code, 0, said);
        assert.match(result.stderr, refused, name);
      }
    }
    if (until === undefined) continue;
    let last = '';
    await eventually(
      async () => {
        const { stdout, stderr } = await kubectl(until[0]);
        last = stdout + stderr;
        return until[1].test(stdout.trim());
      },
      { everyMs: 300, withinMs: 120_000 },
    ).catch((error: unknown) => {
      throw new Error(`${name}: ${until[0].join(' ')} says ${last}`, { cause: error });
    });
  }
}
