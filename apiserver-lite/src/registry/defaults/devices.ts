import { timestamp } from '../generic/timestamp.ts';
import { existing, fill, fillText, items, type Fields } from '../fields/fill.ts';

/** Requests for devices are for exactly one where they don't say how many. */
function defaultClaimSpec(spec: Fields | undefined): void {
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

function defaultTolerations(holder: Fields): void {
  for (const toleration of items(holder, 'tolerations')) fillText(toleration, { operator: 'Equal' });
}

export function defaultResourceClaim(object: Fields): void {
  defaultClaimSpec(existing(object, 'spec'));
  const devices = existing(existing(existing(object, 'status'), 'allocation'), 'devices');
  for (const result of items(devices, 'results')) defaultTolerations(result);
}

export function defaultResourceClaimTemplate(object: Fields): void {
  defaultClaimSpec(existing(existing(object, 'spec'), 'spec'));
}

/** Taints are as old as their first sight. */
export function defaultResourceSlice(object: Fields, nowMs: number): void {
  for (const item of items(existing(object, 'spec'), 'devices')) {
    const device = existing(item, 'basic') ?? item;
    for (const taint of items(device, 'taints')) fill(taint, { timeAdded: timestamp(nowMs) });
    const mappings = existing(device, 'nodeAllocatableResourceMappings') ?? {};
    for (const name of Object.keys(mappings)) {
      const mapping = existing(mappings, name);
      if (mapping !== undefined) fill(mapping, { allocationMultiplier: '1' });
    }
  }
}

export function defaultDeviceTaintRule(object: Fields, nowMs: number): void {
  const taint = existing(existing(object, 'spec'), 'taint');
  if (taint !== undefined) fill(taint, { timeAdded: timestamp(nowMs) });
}
