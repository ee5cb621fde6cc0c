import { buildGo, type GoPrograms } from './build-go.ts';

/** The program of `test-e2e/go/client-go`; the first time takes some minutes. */
export async function obtainClientGo(): Promise<GoPrograms<'client-go'>> {
  return buildGo('client-go', { 'client-go': '.' });
}
