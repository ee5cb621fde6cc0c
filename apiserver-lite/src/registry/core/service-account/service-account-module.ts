import { subresourceRest } from '../../generic/subresource-rest.ts';
import { defineKind } from '../../kind-module.ts';
import { keepSecretNames } from './secret-names.ts';
import { serviceAccountTable } from './service-account-table.ts';
import { requestToken } from './token-rest.ts';
import { serviceAccountWarnings } from './service-account-warnings.ts';

/** ServiceAccounts (Kubernetes: `pkg/registry/core/serviceaccount`). */
export const serviceAccountModule = defineKind('/ServiceAccount', {
  subresources: {
    token(options) {
      const { tokenRequests, storageOf, clock } = options;
      if (tokenRequests === undefined) return undefined;
      return {
        ...subresourceRest(options),
        createNamed: requestToken({ ...tokenRequests, storageOf, clock }),
      };
    },
  },
  strategy: {
    prepareForCreate: keepSecretNames,
    prepareForUpdate: keepSecretNames,
    warnings: serviceAccountWarnings,
    // A stock server, too, checks nothing but the metadata.
    validate: () => [],
  },
  table: serviceAccountTable,
  returnsDeletedObject: true,
  gaps: 'not given to Pods that name none; no token volume is added to Pods',
});
