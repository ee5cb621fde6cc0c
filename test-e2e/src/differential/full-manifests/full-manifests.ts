import { type MinimalManifest, minimalManifests } from '../../minimal-manifests.ts';
import { fullAccess } from './full-access.ts';
import { fullCluster } from './full-cluster.ts';
import { fullCore } from './full-core.ts';
import type { FullManifest } from './full-manifest.ts';
import { fullWorkloads } from './full-workloads.ts';

const all: readonly FullManifest[] = [...fullCore, ...fullWorkloads, ...fullAccess, ...fullCluster];

function merged(minimal: MinimalManifest): MinimalManifest {
  const full = all.find(({ apiVersion, kind }) => apiVersion === minimal.apiVersion && kind === minimal.kind);
  if (full === undefined) return minimal;
  const body: Record<string, unknown> = { ...minimal.body, ...full.body };
  // What cannot be made up stands in the minimal manifest: a certificate request.
  const spec = { ...(minimal.body?.['spec'] as object), ...(full.body['spec'] as object) };
  if (full.kind === 'CertificateSigningRequest') body['spec'] = spec;
  return { ...minimal, body, ...(full.status === undefined ? {} : { status: full.status }) };
}

/** The minimal manifests of all kinds, each with most of what its kind may have. */
export const fullManifests: readonly MinimalManifest[] = minimalManifests.map(merged);
