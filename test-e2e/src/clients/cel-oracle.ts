import { buildGo, type GoPrograms } from './build-go.ts';

/** The program of `test-e2e/go/cel-oracle`, which says what kube-apiserver's CEL says; built once. */
export async function obtainCelOracle(): Promise<GoPrograms<'cel-oracle'>> {
  return buildGo('cel-oracle', { 'cel-oracle': '.' });
}
