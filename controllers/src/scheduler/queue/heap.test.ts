import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from './heap.ts';

interface Item {
  rank: number;
}

test('items come out in order, equals in the order of coming, whatever is added and removed', (context) => {
  const seed = Number(process.env['PG8S_TEST_SEED'] ?? Date.now() % 2 ** 32);
  context.diagnostic(`PG8S_TEST_SEED=${seed}`);
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const heap = new Heap<Item>((one, other) => one.rank < other.rank);
  /** The same, slowly: in the order of coming. */
  const model: Item[] = [];
  const first = (): Item | undefined =>
    model.reduce<Item | undefined>((best, item) => (best && best.rank <= item.rank ? best : item), undefined);
  for (let step = 0; step < 5_000; step++) {
    const some = model[below(model.length)];
    switch (below(4)) {
      case 0: {
        const expected = first();
        assert.equal(heap.pop(), expected);
        if (expected) model.splice(model.indexOf(expected), 1);
        break;
      }
      case 1:
        if (some === undefined) break;
        assert.equal(heap.delete(some), true);
        assert.equal(heap.delete(some), false);
        model.splice(model.indexOf(some), 1);
        break;
      default: {
        const item = { rank: below(20) };
        heap.push(item);
        model.push(item);
      }
    }
    assert.equal(heap.size, model.length);
    assert.equal(heap.peek(), first());
  }
});
