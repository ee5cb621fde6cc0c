/*
 * Numbers whose last digit proves the others (Kubernetes: kube-openapi's copy of `govalidator`).
 */

const cards =
  /^(?:4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11})$/;

/** Whether the digits of a text are the number of a credit card. */
export function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/[^0-9]+/g, '');
  if (!cards.test(digits)) return false;
  let sum = 0;
  for (const [index, digit] of [...digits].toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** Go's `\s`: not all that Unicode takes for space. */
const withoutSpace = (text: string) => text.replaceAll(/[\t\n\f\r -]+/g, '');

/** Whether a text is an ISBN of ten digits. */
export function isIsbn10(text: string): boolean {
  const digits = withoutSpace(text);
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  let sum = 0;
  for (const [index, digit] of [...digits].entries()) {
    sum += (index === 9 ? 10 : index + 1) * (digit === 'X' ? 10 : Number(digit));
  }
  return sum % 11 === 0;
}

/** Whether a text is an ISBN of thirteen digits. */
export function isIsbn13(text: string): boolean {
  const digits = withoutSpace(text);
  if (!/^[0-9]{13}$/.test(digits)) return false;
  let sum = 0;
  for (const [index, digit] of [...digits].entries()) {
    if (index < 12) sum += (index % 2 === 0 ? 1 : 3) * Number(digit);
  }
  return Number(digits[12]) === (10 - (sum % 10)) % 10;
}
