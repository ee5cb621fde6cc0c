import type { V1ServiceAccount } from '@pg8s/k8s-proto/generated/models';
import { fillSpec } from '../../fields/fill.ts';
import type { KindWarnings } from '../../generic/kind-warnings.ts';
import { subresourceRest } from '../../generic/subresource-rest.ts';
import { defineKind } from '../../kind-module.ts';
import { ageColumn, nameColumn, tableOf } from '../../table/column.ts';
import { keepSecretNames } from './secret-names.ts';
import { defaultTokenSeconds, requestToken } from './token-rest.ts';

const serviceAccountTable = tableOf<V1ServiceAccount>([nameColumn(), ageColumn()]);

const mountable = 'kubernetes.io/enforce-mountable-secrets';

/** Warns of the deprecated annotation that enforces mountable Secrets. */
const serviceAccountWarnings: KindWarnings<V1ServiceAccount> = ({ metadata }, old) =>
  metadata.annotations?.[mountable] === undefined || old?.metadata.annotations?.[mountable] !== undefined
    ? []
    : [
        `metadata.annotations[${mountable}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
      ];

/** ServiceAccounts (Kubernetes: `pkg/registry/core/serviceaccount`). */
export const serviceAccountModule = defineKind('/ServiceAccount', {
  subresources: {
    token(options) {
      const { tokenRequests, storageOf, clock } = options;
      if (tokenRequests === undefined) return undefined;
      return {
        ...subresourceRest(options),
        keepsSystemFieldsOnCreate: true,
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
  requestDefaults: {
    'authentication.k8s.io/v1/TokenRequest': (object) =>
      fillSpec({ expirationSeconds: defaultTokenSeconds })(object as { spec?: unknown }),
  },
  returnsDeletedObject: true,
});
