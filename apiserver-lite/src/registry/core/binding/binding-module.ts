import { defineKind } from '../../kind-module.ts';
import { bindPod } from '../pod/binding-rest.ts';

/** Bindings (Kubernetes: `pkg/registry/core/pod/storage.LegacyBindingREST`). */
export const bindingModule = defineKind('/Binding', {
  serve(resource, { storageOf, clock }) {
    const bind = bindPod(storageOf('', 'pods'), clock);
    return {
      resource,
      createNamed(context, _name, object, options) {
        const { name = '' } = object.metadata;
        return bind(context, name, object, options);
      },
    };
  },
});
