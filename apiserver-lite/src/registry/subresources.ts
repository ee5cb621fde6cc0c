import { statusStrategy } from './generic/kind-strategy.ts';
import { scaleRest } from './generic/scale-rest.ts';
import { partRest } from './generic/store-rest.ts';
import type { KindModule } from './kind-module.ts';
import type { Rest } from './rest.ts';
import type { SubresourceBuilder, SubresourceOptions } from './subresource-builder.ts';

/** Subresources that are served alike for every kind that has them. */
const shared: Readonly<Record<string, SubresourceBuilder>> = {
  status: ({ parent, subresource, store, status, clock }) => ({
    ...partRest(parent, subresource, store.withStrategy(statusStrategy(store.strategy, status)), clock),
    ...(parent.table === undefined || status?.hasNoTable ? {} : { table: parent.table }),
    ...(parent.internalAnnotations === undefined ? {} : { internalAnnotations: parent.internalAnnotations }),
  }),
  scale: ({ parent, subresource, store, clock }) => scaleRest({ parent, subresource, store, clock }),
};

/** The endpoint of a subresource of the kind, or undefined where nothing serves it yet. */
export function buildSubresource(module: KindModule, options: SubresourceOptions): Rest | undefined {
  const { name } = options.subresource;
  const rest = (module.subresources?.[name] ?? shared[name])?.(options);
  const query = module.queries?.[name];
  return rest === undefined || query === undefined ? rest : { ...rest, query };
}
