import type { V1Pod, V1PodSpec } from '@pg8s/k8s-proto/generated/models';
import { StatusError } from '../../api-errors/status-error.ts';
import { notSupported } from '../../registry/fields/field-errors.ts';
import { admissionForbidden, type AdmissionAttributes, concerns } from '../attributes.ts';
import type { AdmissionPlugin } from '../plugin.ts';
import { aggregated } from './aggregated-messages.ts';
import { containersOf } from './pod-containers.ts';

function specOf(object: unknown): V1PodSpec | undefined {
  return (object as V1Pod | undefined)?.spec;
}

function imagesOf(object: unknown): string[] {
  return [...containersOf(specOf(object))].map(({ container }) => container.image ?? '');
}

/** Other updates of a Pod need not fulfil what was not demanded when it was created. */
function bringsImages({ operation, object, oldObject }: AdmissionAttributes): boolean {
  if (operation !== 'UPDATE') return true;
  const before = new Set(imagesOf(oldObject));
  return imagesOf(object).some((image) => !before.has(image));
}

function judged(attributes: AdmissionAttributes): V1PodSpec | undefined {
  if (!concerns(attributes, '', 'pods') || !bringsImages(attributes)) return undefined;
  return specOf(attributes.object);
}

/**
 * Has every image of a Pod pulled when a container starts, so that who may not pull it cannot use the copy of
 * somebody else (Kubernetes: `plugin/pkg/admission/alwayspullimages`).
 */
export function alwaysPullImages(): AdmissionPlugin {
  return {
    operations: ['CREATE', 'UPDATE'],
    admit(attributes) {
      const spec = judged(attributes);
      if (spec === undefined) return;
      for (const { container } of containersOf(spec)) container.imagePullPolicy = 'Always';
      for (const { image } of spec.volumes ?? []) if (image) image.pullPolicy = 'Always';
    },
    validate(attributes) {
      const spec = judged(attributes);
      if (spec === undefined) return;
      const refusals: string[] = [];
      const demand = (field: string, policy = ''): void => {
        if (policy === 'Always') return;
        const { message } = notSupported(field, policy, ['Always']);
        refusals.push(admissionForbidden(attributes, `${field}: ${message}`).message);
      };
      for (const { container, field } of containersOf(spec))
        demand(`${field}.imagePullPolicy`, container.imagePullPolicy);
      for (const [index, { image }] of (spec.volumes ?? []).entries())
        if (image) demand(`spec.volumes[${index}].image.pullPolicy`, image.pullPolicy);
      // The stock plugin answers with a list of errors, which has no status of its own.
      if (refusals.length > 0) throw new StatusError(500, undefined, aggregated(refusals));
    },
  };
}
