import { isEnabled } from '@pg8s/controllers/controller-manager/controller-manager';
import { controllerTable } from '@pg8s/controllers/controller-manager/controller-table';

/** The names of the controllers that a controller manager with these `--controllers` runs. */
export function runningControllers(enabled: readonly string[]): string[] {
  return controllerTable.map(({ name }) => name).filter((name) => isEnabled(name, enabled));
}
