import { existing, fill, fillText, items, type Fields } from '../../fields/fill.ts';
import { pullPolicy } from '../containers/image-reference.ts';
import { roundRequirements } from '../../fields/resource-list.ts';

const defaultMode = 420;

/** What a source lacks, by its name in the volume. */
const sourceDefaults: Readonly<Record<string, (source: Fields) => void>> = {
  secret: (source) => fill(source, { defaultMode }),
  configMap: (source) => fill(source, { defaultMode }),
  downwardAPI(source) {
    fill(source, { defaultMode });
    fillFieldRefs(items(source, 'items'));
  },
  projected(source) {
    fill(source, { defaultMode });
    for (const projection of items(source, 'sources')) {
      const token = existing(projection, 'serviceAccountToken');
      if (token !== undefined) fill(token, { expirationSeconds: 3600 });
      fillFieldRefs(items(existing(projection, 'downwardAPI'), 'items'));
    }
  },
  hostPath: (source) => fill(source, { type: '' }),
  iscsi: (source) => fillText(source, { iscsiInterface: 'default' }),
  rbd: (source) => fillText(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  azureDisk: (source) =>
    fill(source, { cachingMode: 'ReadWrite', kind: 'Shared', fsType: 'ext4', readOnly: false }),
  scaleIO: (source) => fillText(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' }),
  ephemeral(source) {
    const spec = existing(existing(source, 'volumeClaimTemplate'), 'spec');
    if (spec === undefined) return;
    fill(spec, { volumeMode: 'Filesystem' });
    roundRequirements(existing(spec, 'resources'));
  },
  image(source) {
    if (!source['pullPolicy']) source['pullPolicy'] = pullPolicy(String(source['reference'] ?? ''));
  },
};

function fillFieldRefs(files: readonly Fields[]): void {
  for (const file of files) {
    const reference = existing(file, 'fieldRef');
    if (reference !== undefined) fillText(reference, { apiVersion: 'v1' });
  }
}

/** Defaults of the one source that a volume (or a PersistentVolume's spec) has. */
export function defaultVolumeSource(holder: Fields): void {
  for (const name in holder) {
    const source = Object.hasOwn(sourceDefaults, name) ? existing(holder, name) : undefined;
    if (source !== undefined) sourceDefaults[name]?.(source);
  }
}

/** A volume without a source is an empty directory. */
export function defaultVolume(volume: Fields): void {
  if (Object.keys(volume).every((name) => name === 'name')) volume['emptyDir'] = {};
  defaultVolumeSource(volume);
}
