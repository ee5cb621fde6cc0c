import type { V1ServiceAccount } from '@pg8s/k8s-proto/generated/models';

/** Of the secrets of a service account only the names are kept. */
export function keepSecretNames(object: V1ServiceAccount): void {
  const secrets = object.secrets;
  if (!Array.isArray(secrets)) return;
  object.secrets = secrets.map((secret: { name?: string } | null) =>
    secret?.name === undefined ? {} : { name: secret.name },
  );
}
