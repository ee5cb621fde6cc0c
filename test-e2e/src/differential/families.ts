import type { Family } from './family.ts';
import { fresh } from './families/fresh.ts';
import { lives } from './families/lives.ts';
import { mutations } from './families/mutations.ts';
import { refusals } from './families/refusals.ts';
import { surface } from './families/surface.ts';
import { watches } from './families/watches.ts';
import { namespace } from './places.ts';

const preparation: Family = {
  name: 'preparation',
  async run(ask) {
    await ask('create the namespace', {
      path: '/api/v1/namespaces',
      body: { metadata: { name: namespace } },
    });
  },
};

const mutated = process.env['PG8S_MUTATIONS'];

/** All requests of the comparison, in the order in which they are sent. */
export const allFamilies: readonly Family[] = [
  ...fresh,
  preparation,
  ...surface,
  ...surface.map((family): Family => ({ ...family, name: `${family.name}, HTTP/2`, protocol: 'HTTP/2' })),
  ...watches,
  ...lives(),
  ...refusals,
  // Not settled yet: asked for by a count.
  ...(mutated === undefined ? [] : [mutations(Number(mutated))]),
];
