import { type Fields, child, existing, fill, fillNumbers } from '../../fields/fill.ts';

/** Fills the defaults of a PriorityLevelConfiguration. */
export function defaultPriorityLevel(object: Fields): void {
  const spec = child(object, 'spec');
  const exempt = existing(spec, 'exempt');
  if (exempt !== undefined) fill(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 });
  const limited = existing(spec, 'limited');
  if (limited === undefined) return;
  fill(limited, { nominalConcurrencyShares: 30, lendablePercent: 0 });
  const queuing = existing(existing(limited, 'limitResponse'), 'queuing');
  if (queuing === undefined) return;
  fillNumbers(queuing, { queues: 64, handSize: 8, queueLengthLimit: 50 });
}
