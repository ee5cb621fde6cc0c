import { requestEntityTooLarge, type FieldError } from '../../../api-errors/status-error.ts';

const unitsPerFinding = 2;
const charactersPerUnit = 200;
const maxUnits = 200_000;
/** Of the findings of one request. */
export const tooManyFaults = 'the faults of the request are too many';

/** What findings of one kind may take of an answer: some tens of megabytes, or a hundred thousand of them. */
export class FaultBudget {
  #spent = 0;

  /**
   * Takes what a finding, and a text beside it, needs of the budget; answers with it, in units. Throws 413
   * when nothing is left: a stock server goes on.
   */
  spend({ field, message }: FieldError, text = ''): number {
    const units = unitsPerFinding + (field.length + message.length + text.length) / charactersPerUnit;
    this.#spent += units;
    if (this.#spent > maxUnits) throw requestEntityTooLarge(tooManyFaults);
    return units;
  }
}
