import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultPlugins } from '../plugins/default-plugins.ts';
import { clusterOf, defaultProfileOf } from '../testing/cluster.ts';
import { Action } from './events/cluster-event.ts';
import type { Plugin } from './plugin.ts';
import { Profile } from './profile.ts';

const sort: Plugin = { name: 'Sort', less: () => false };

test('a profile asks each plugin at the points that it has methods for, in order', () => {
  const one: Plugin = { name: 'One', filter: () => undefined, score: () => 0 };
  const other: Plugin = { name: 'Other', filter: () => undefined, eventsToRegister: () => [] };
  const profile = new Profile('s', [{ plugin: sort }, { plugin: one, weight: 3 }, { plugin: other }]);
  assert.deepEqual(
    profile.at.filter.map(({ name }) => name),
    ['One', 'Other'],
  );
  assert.deepEqual(
    profile.at.score.map(({ name }) => name),
    ['One'],
  );
  assert.deepEqual(profile.at.preFilter, []);
  assert.equal(profile.weightOf(profile.at.score[0]!), 3);
  assert.deepEqual([...profile.registeredEvents.keys()], ['One', 'Other']);
  assert.deepEqual(profile.registeredEvents.get('Other'), []);
  assert.equal(profile.registeredEvents.get('One')![0]!.action, Action.all, 'it names no events');
});

test('a profile has each plugin once, and one that sorts', () => {
  assert.throws(() => new Profile('s', [{ plugin: sort }, { plugin: sort }]), /twice/);
  assert.throws(() => new Profile('s', []), /0 plugins sort the queue/);
  const entries = [{ plugin: sort }, { plugin: { ...sort, name: 'Again' } }];
  assert.throws(() => new Profile('s', entries), /2 plugins sort the queue/);
});

test("the default profile has kube-scheduler's order and weights", () => {
  const profile = defaultProfileOf(clusterOf([]));
  const { at } = profile;
  const names = (plugins: readonly Plugin[]): string[] => plugins.map(({ name }) => name);
  assert.deepEqual(names(at.filter), [
    'NodeUnschedulable',
    'NodeName',
    'TaintToleration',
    'NodeAffinity',
    'NodePorts',
    'NodeResourcesFit',
    'VolumeRestrictions',
    'VolumeBinding',
    'VolumeZone',
    'PodTopologySpread',
    'InterPodAffinity',
  ]);
  assert.deepEqual(names(at.queueSort), ['PrioritySort']);
  assert.deepEqual(names(at.preEnqueue), ['SchedulingGates']);
  assert.deepEqual(names(at.postFilter), ['DynamicResources', 'DefaultPreemption']);
  assert.deepEqual(names(at.bind), ['DefaultBinder']);
  const weights = new Map(defaultPlugins.map(([name, weight = 1]) => [name, weight]));
  for (const plugin of at.score) assert.equal(profile.weightOf(plugin), weights.get(plugin.name));
});
