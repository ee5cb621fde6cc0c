import { compareVersions } from '../../discovery/group-priority.ts';
import type { Definition, DefinitionVersion } from '../definition.ts';

/**
 * The warning with every answer of a deprecated version: its own, or one that names the newest version to use
 * instead; undefined for a version that is not deprecated.
 */
export function deprecationOf({ spec }: Definition, version: DefinitionVersion): string | undefined {
  if (version.deprecated !== true) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const { group, names, versions } = spec;
  const [instead] = versions
    .filter(({ served, deprecated }) => served && deprecated !== true)
    .map(({ name }) => name)
    .filter((name) => compareVersions(name, version.name) < 0)
    .sort(compareVersions);
  const message = `${group}/${version.name} ${names.kind} is deprecated`;
  return instead === undefined ? message : `${message}; use ${group}/${instead} ${names.kind}`;
}
