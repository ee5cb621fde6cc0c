import { controllerTable, isEnabled } from '@pg8s/controllers/controller-manager';

/** The names of the controllers that a controller manager with these `--controllers` runs. */
export function runningControllers(enabled: readonly string[]): string[] {
  return Object.keys(controllerTable).filter((name) => isEnabled(name, enabled));
}
