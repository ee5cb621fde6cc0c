import { acceptObject, type CreateOptions, type UpdateOptions, type ValidatedDelete } from '../rest.ts';

/** The options of a write that no admission plugin sees. */
export const accepted: CreateOptions & UpdateOptions & ValidatedDelete = {
  dryRun: false,
  validate: acceptObject,
  validateCreate: acceptObject,
  validateUpdate: acceptObject,
};
