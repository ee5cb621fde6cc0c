import { type Fields, existing, fillText, items } from '../../fields/fill.ts';

/** Requests for devices are for exactly one where they don't say how many. */
export function defaultClaimSpec(spec: Fields | undefined): void {
  for (const request of items(existing(spec, 'devices'), 'requests')) {
    // The first beta said at the request itself what later versions say under `exactly`.
    const plain = request['deviceClassName'] === undefined ? undefined : request;
    for (const wish of [plain, existing(request, 'exactly'), ...items(request, 'firstAvailable')]) {
      if (wish === undefined) continue;
      fillText(wish, { allocationMode: 'ExactCount' });
      if (wish['allocationMode'] === 'ExactCount' && !wish['count']) wish['count'] = 1;
      defaultTolerations(wish);
    }
  }
}

/** Fills the operator of the tolerations of device taints. */
export function defaultTolerations(holder: Fields): void {
  for (const toleration of items(holder, 'tolerations')) fillText(toleration, { operator: 'Equal' });
}
