/** What compiling and one evaluation of a rule cost. `npm run bench cel`. */
import { createEnvironment } from '../src/create-environment.ts';
import { fromJson } from '../src/json.ts';
import { optionalLibrary, twoVariableLibrary } from '../src/standard/optional.ts';
import { dynType } from '../src/types.ts';

const rules = [
  'self.spec.replicas <= self.spec.maxReplicas',
  "self.metadata.name.startsWith('web') && self.spec.replicas > 0",
  'has(self.spec.minReplicas) ? self.spec.minReplicas <= self.spec.replicas : true',
  'self.spec.ports.all(p, p.port > 0 && p.port < 65536)',
  'self.spec.ports.all(p, self.spec.ports.exists_one(q, q.name == p.name))',
  "self.metadata.labels.all(k, k.matches('^[a-z0-9.-]+$') && size(self.metadata.labels[k]) < 64)",
];

const ports = Array.from({ length: 20 }, (_, index) => ({ name: `port-${index}`, port: 8000 + index }));
const self = {
  metadata: { name: 'web-1', labels: { app: 'web', tier: 'front', release: 'stable' } },
  spec: { replicas: 3, maxReplicas: 10, minReplicas: 1, ports },
};

const environment = createEnvironment({
  libraries: [optionalLibrary, twoVariableLibrary],
  validateLiterals: true,
  variables: [{ name: 'self', type: dynType }],
});

/** Microseconds of one call, the best of several rounds. */
function measure(action: () => void): number {
  let best = Infinity;
  for (let round = 0; round < 10; round++) {
    const start = performance.now();
    let calls = 0;
    do {
      for (let index = 0; index < 50; index++) action();
      calls += 50;
    } while (performance.now() - start < 100);
    best = Math.min(best, ((performance.now() - start) * 1000) / calls);
  }
  return best;
}

console.log(`an object of ${JSON.stringify(self).length} bytes; microseconds`);
console.log('  compile  evaluate  cost  rule');
const variables = new Map([['self', fromJson(self)]]);
for (const rule of rules) {
  const compile = measure(() => void environment.compile(rule));
  const compiled = environment.compile(rule);
  if (!compiled.ok) throw new Error(compiled.text);
  const { cost, error } = compiled.expression.evaluate(variables);
  if (error !== undefined) throw new Error(error.message);
  const evaluate = measure(() => void compiled.expression.evaluate(variables, { costLimit: 1_000_000 }));
  const columns = [compile.toFixed(1).padStart(9), evaluate.toFixed(1).padStart(9), String(cost).padStart(5)];
  console.log(`${columns.join(' ')}  ${rule}`);
}
