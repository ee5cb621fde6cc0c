import { FlagReader } from '@pg8s/k8s-proto/component-base/flag-reader';
import { controllerManagerFlags } from '../flags/controller-manager-flags.ts';
import { type ControllerSettings, controllerTable } from './controller-table.ts';

/** The settings of all controllers from the flags of the controller manager. */
export function readControllerSettings(flags: FlagReader): ControllerSettings {
  return Object.assign({}, ...controllerTable.map((row) => row.readSettings(flags))) as ControllerSettings;
}

/** The settings where no flag is given: kube-controller-manager's defaults. */
export function defaultSettings(): ControllerSettings {
  return readControllerSettings(
    new FlagReader({
      program: 'kube-controller-manager',
      flags: controllerManagerFlags,
      given: {},
      error: (message) => new Error(message),
    }),
  );
}
