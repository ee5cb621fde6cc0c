/**
 * The queues of one flow: `handSize` different ones of `queues`, always the same for the same flow, so that
 * two flows seldom have all of their queues in common (shuffle sharding, KEP-1040).
 */
export function dealHand(flow: string, queues: number, handSize: number): number[] {
  let one = 0x811c9dc5;
  let two = 0x9e3779b9;
  for (let index = 0; index < flow.length; index++) {
    const code = flow.charCodeAt(index);
    one = Math.imul(one ^ code, 0x01000193);
    two = Math.imul(two ^ code, 0x85ebca6b);
    two ^= two >>> 13;
  }
  const hand: number[] = [];
  const size = Math.min(handSize, queues);
  while (hand.length < size) {
    one = Math.imul(one ^ (one >>> 15), 0x2c1b3c6d) + two;
    two = Math.imul(two ^ (two >>> 16), 0x297a2d39) + 0x6d2b79f5;
    // The place among those that are not in the hand yet, in order.
    let card = ((one ^ (two >>> 7)) >>> 0) % (queues - hand.length);
    for (const taken of hand.toSorted((a, b) => a - b)) if (taken <= card) card++;
    hand.push(card);
  }
  return hand;
}
