import type { KubeObject } from '../object.ts';
import { compareQuantities, parseQuantity, type Quantity, roundQuantityUp } from '../quantity.ts';
import { countName, type Evaluator, selectsValue } from './evaluator.ts';
import { pieces, type ResourceList } from './resource-list.ts';

interface Claim {
  spec?: {
    storageClassName?: string;
    volumeAttributesClassName?: string;
    resources?: { requests?: Record<string, string> };
  };
  status?: {
    allocatedResources?: Record<string, string>;
    currentVolumeAttributesClassName?: string;
    modifyVolumeStatus?: { targetVolumeAttributesClassName?: string };
  };
}

const count = countName('', 'persistentvolumeclaims');
const names = ['persistentvolumeclaims', 'requests.storage'];
const classSuffix = '.storageclass.storage.k8s.io/';
const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** What is requested, or has been allocated where that is more, in whole bytes. */
function storageOf({ spec, status }: Claim): Quantity | undefined {
  const requested = spec?.resources?.requests?.['storage'];
  if (requested === undefined) return undefined;
  const request = parseQuantity(requested);
  const allocated = status?.allocatedResources?.['storage'];
  const held = allocated === undefined ? request : parseQuantity(allocated);
  const larger = compareQuantities(held, request) > 0 ? held : request;
  return larger.scale < 0 ? roundQuantityUp(larger, 0) : larger;
}

function usage(object: KubeObject): ResourceList {
  const claim = object as unknown as Claim;
  const used = new Map([
    ['persistentvolumeclaims', pieces(1)],
    [count, pieces(1)],
  ]);
  const annotations = object.metadata.annotations ?? {};
  const className = Object.hasOwn(annotations, classAnnotation)
    ? annotations[classAnnotation]
    : claim.spec?.storageClassName;
  const ofClass = className ? `${className}${classSuffix}` : undefined;
  if (ofClass !== undefined) used.set(`${ofClass}persistentvolumeclaims`, pieces(1));
  const storage = storageOf(claim);
  if (storage === undefined) return used;
  used.set('requests.storage', storage);
  if (ofClass !== undefined) used.set(`${ofClass}requests.storage`, storage);
  return used;
}

/** The classes that a volume has, is to have, and is being given. */
function attributesClasses(object: KubeObject): string[] {
  const { spec, status } = object as unknown as Claim;
  const classes = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return [...new Set(classes.filter((name): name is string => Boolean(name)))];
}

/** Claims of volumes, and how much they claim, together and for each storage class. */
export const persistentVolumeClaims: Evaluator = {
  group: '',
  resource: 'persistentvolumeclaims',
  // Every update of the status counts: what has been allocated may have become more.
  handles: ({ operation, subresource }) =>
    subresource === '' || (subresource === 'status' && operation === 'UPDATE'),
  measured: (wanted) =>
    [...new Set(wanted)].filter(
      (name) =>
        name === count ||
        names.includes(name) ||
        names.some((each) => name.endsWith(`${classSuffix}${each}`)),
    ),
  usage,
  isInScope: (object, requirement) =>
    requirement.scopeName === 'VolumeAttributesClass' && selectsValue(requirement, attributesClasses(object)),
  // kube-controller-manager compares two addresses here, and so counts anew after every change.
  frees: () => true,
};
