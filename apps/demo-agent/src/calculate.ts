import { AnswerError } from '@fleetlm/agent';

/** Numbers of at most fifteen digits, which are exact; the first one begins where its digits do. */
const SUM =
  /(?<![\d.])(-?\d{1,15}(?:\.\d{1,15})?)\s{0,9}([-+*x/])\s{0,9}(-?\d{1,15}(?:\.\d{1,15})?)/;

export interface Calculation {
  readonly a: number;
  readonly operator: '+' | '-' | '*' | '/';
  readonly b: number;
}

/** The first sum in a text, or null. */
export function findCalculation(text: string): Calculation | null {
  const match = SUM.exec(text);
  if (match === null) return null;
  const operator = match[2] === 'x' ? '*' : match[2];
  if (operator !== '+' && operator !== '-' && operator !== '*' && operator !== '/') return null;
  return { a: Number(match[1]), operator, b: Number(match[3]) };
}

/** Throws AnswerError when dividing by zero. */
export function calculate({ a, operator, b }: Calculation): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0) throw new AnswerError('division by zero');
      return a / b;
  }
}
