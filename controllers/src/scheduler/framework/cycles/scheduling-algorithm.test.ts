import assert from 'node:assert/strict';
import { test } from 'node:test';
import { clusterOf, makeNode, makePod, outcome, place, requesting } from '../../testing/cluster.ts';
import { CycleState } from '../cycle-state.ts';
import type { Plugin } from '../plugin.ts';
import { Profile } from '../profile.ts';
import { errorStatus, skip, unresolvable, unschedulable } from '../status.ts';
import { type AlgorithmResult, chooseNode } from './scheduling-algorithm.ts';

const sort: Plugin = { name: 'Sort', less: () => false };
const nodes = [makeNode('a'), makeNode('b'), makeNode('c')];

function choose(plugins: readonly (Plugin | readonly [Plugin, number])[], random = 0): AlgorithmResult {
  const entries = plugins.map((one) =>
    Array.isArray(one) ? { plugin: one[0] as Plugin, weight: one[1] as number } : { plugin: one as Plugin },
  );
  const profile = new Profile('default-scheduler', [{ plugin: sort }, ...entries]);
  const snapshot = clusterOf(nodes);
  return chooseNode({ profile, snapshot, random: () => random }, new CycleState(), makePod());
}

test('without nodes there is nothing to choose', () => {
  const result = place(makePod(), clusterOf([]));
  assert.equal(outcome(result), 'no nodes available to schedule pods');
  assert.equal(result.status?.code, 'UnschedulableAndUnresolvable');
});

test('the emptier node wins', () => {
  const cluster = clusterOf([makeNode('a'), makeNode('b')], [[requesting({ cpu: '2', memory: '4Gi' }), 'a']]);
  assert.equal(place(requesting({ cpu: '1' }), cluster).nodeName, 'b');
});

test('scores count by weight, and chance decides between equals', () => {
  const favour = (name: string, node: string): Plugin => ({
    name,
    score: (_state, _pod, info) => (info.name === node ? 10 : 0),
  });
  assert.equal(
    choose([
      [favour('A', 'a'), 1],
      [favour('B', 'b'), 2],
    ]).nodeName,
    'b',
  );
  assert.equal(choose([favour('A', 'a'), favour('B', 'b')], 0).nodeName, 'a');
  assert.equal(choose([favour('A', 'a'), favour('B', 'b')], 0.99).nodeName, 'b');
  assert.equal(choose([], 0.99).nodeName, 'c');
});

test('a plugin that skips at PreFilter or PreScore is not asked about nodes', () => {
  const never = (): never => {
    throw new Error('asked');
  };
  const plugin: Plugin = {
    name: 'P',
    preFilter: () => skip,
    filter: never,
    preScore: () => skip,
    score: never,
  };
  assert.equal(choose([plugin]).nodeName, 'a');
});

test('each reason is counted, with the plugins that gave it', () => {
  const refuse: Plugin = {
    name: 'Refuse',
    filter: (_state, _pod, { name }) =>
      name === 'a' ? unschedulable('x', 'y') : name === 'b' ? unresolvable('y') : undefined,
  };
  const rest: Plugin = { name: 'Rest', filter: () => unschedulable('z') };
  const { status } = choose([refuse, rest]);
  assert.equal(status?.message, '0/3 nodes are available: 1 x, 1 z, 2 y.');
  assert.equal(status.code, 'Unschedulable');
});

test('PreFilter plugins that name nodes leave those that all name', () => {
  const name = (plugin: string, ...names: string[]): Plugin => ({
    name: plugin,
    preFilter: () => ({ nodeNames: new Set(names) }),
    filter: () => undefined,
  });
  assert.equal(choose([name('N', 'b', 'c'), name('M', 'c', 'x')]).nodeName, 'c');
  assert.equal(
    choose([name('N', 'x')]).status?.message,
    "0/3 nodes are available: 3 node(s) didn't satisfy plugin(s) [N].",
  );
  assert.equal(
    choose([name('N', 'a'), name('M', 'b')]).status?.message,
    "0/3 nodes are available: node(s) didn't satisfy plugin(s) [M N] simultaneously.",
  );
});

test('a plugin that fails makes the attempt fail', () => {
  const failing = { filter: () => errorStatus(new Error('broken')) };
  assert.equal(choose([{ name: 'F', ...failing }]).status?.message, 'running "F" filter plugin: broken');
  assert.equal(choose([{ name: 'F', ...failing }]).status?.code, 'Error');
  const preFilter = (): never => {
    throw new Error('thrown');
  };
  assert.equal(choose([{ name: 'F', preFilter }]).status?.code, 'Error');
  assert.equal(
    choose([{ name: 'F', preFilter: () => errorStatus(new Error('broken')) }]).status?.message,
    'running PreFilter plugin "F": broken',
  );
  assert.match(
    choose([{ name: 'F', score: () => 101 }]).status?.message ?? '',
    /^applying score defaultWeights on Score plugins: plugin "F" returns an invalid score 101, /,
  );
});

test('PostFilter plugins are asked until one succeeds or gives up, and their reasons are told', () => {
  const refuse: Plugin = { name: 'R', filter: () => unschedulable('no') };
  const after = (name: string, status: ReturnType<typeof unschedulable>): Plugin => ({
    name,
    postFilter: () => ({ status }),
  });
  const reported = (...plugins: Plugin[]): string | undefined => choose([refuse, ...plugins]).status?.message;
  assert.equal(
    reported(after('A', unschedulable('a')), after('B', unschedulable('b'))),
    '0/3 nodes are available: 3 no. a, b',
  );
  assert.equal(
    reported(after('A', unresolvable('a')), after('B', unschedulable('b'))),
    '0/3 nodes are available: 3 no. a',
  );
  const made = choose([
    refuse,
    { name: 'P', postFilter: () => ({ status: undefined, nominatedNodeName: 'b' }) },
  ]);
  assert.equal(made.nodeName, undefined);
  assert.equal(made.nominatedNodeName, 'b');
});
