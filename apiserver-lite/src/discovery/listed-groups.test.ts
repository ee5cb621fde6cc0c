import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApiGroup, ApiVersion } from './api-tree.ts';
import { ListedGroups } from './listed-groups.ts';

const versionOf = (group: string, version: string): ApiVersion => ({ group, version, resources: [] });
const groupOf = (name: string, ...versions: string[]): ApiGroup => ({
  name,
  versions: versions.map((version) => versionOf(name, version)),
});
const names = (groups: readonly ApiGroup[]) =>
  groups.map(({ name, versions }) => `${name}: ${versions.map(({ version }) => version).join()}`);

const groups = [groupOf('', 'v1'), groupOf('apps', 'v1'), groupOf('b.example.com', 'v1')];

test('versions that are registered and not served are listed where they would be', () => {
  const registered = {
    version: 1,
    all: () => [
      { group: '', version: 'v2' },
      { group: 'apps', version: 'v1' },
      { group: 'b.example.com', version: 'v2' },
      { group: 'a.example.com', version: 'v1beta1' },
      { group: 'c.example.com', version: 'v1' },
    ],
  };
  const lists = new ListedGroups(registered);
  const listed = lists.of(groups);
  assert.deepEqual(names(listed), [
    ': v1',
    'apps: v1',
    'a.example.com: v1beta1',
    'b.example.com: v2,v1',
    'c.example.com: v1',
  ]);
  assert.equal(listed[1], groups[1], 'groups without more stay as they are');
  registered.version = 2;
  assert.equal(lists.of(groups), listed, 'the same list as long as the same is missing');
});

test('without anything more the list is that of what is served', () => {
  assert.equal(new ListedGroups(undefined).of(groups), groups);
  assert.equal(
    new ListedGroups({ version: 1, all: () => [{ group: 'apps', version: 'v1' }] }).of(groups),
    groups,
  );
});
