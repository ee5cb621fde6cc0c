import type { ApiVersion } from '../discovery/api-tree.ts';
import type { OpenApiTypes } from '../registry/resource-types/open-api-types.ts';

/** The schemas of a version's resources that the published table does not have, each once. */
export function ownTypes({ resources }: ApiVersion): readonly OpenApiTypes[] {
  const found = new Set<OpenApiTypes>();
  for (const { openApi, subresources } of resources) {
    for (const types of [openApi, ...subresources.map((each) => each.openApi)]) {
      if (types !== undefined) found.add(types);
    }
  }
  return [...found];
}
