type Field = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const FIELDS =
  'input:not([type=hidden], [type=file], :disabled), textarea:not(:disabled), select:not(:disabled)';
const CHOICES = 'button:not(:disabled), a[href]';

/** Puts the focus on the first field, or else on the first choice. False: there is neither. */
export function focusFirst(body: HTMLElement | null): boolean {
  const first =
    body?.querySelector<HTMLElement>(FIELDS) ?? body?.querySelector<HTMLElement>(CHOICES);
  first?.focus();
  return first !== undefined && first !== null;
}

/** What was typed into the fields of a window since each of them had the focus first. */
export class FieldChanges {
  readonly #before = new Map<Field, string>();
  #last: Field | null = null;

  remember(target: EventTarget): void {
    if (!isField(target)) return;
    this.#last = target;
    if (!this.#before.has(target)) this.#before.set(target, target.value);
  }

  /** Fields that are gone were taken: a window that shows a result has nothing to lose. */
  isAny(): boolean {
    return [...this.#before].some(([field, value]) => field.isConnected && field.value !== value);
  }

  focusLast(): void {
    this.#last?.focus();
  }

  forget(): void {
    this.#before.clear();
    this.#last = null;
  }
}

function isField(target: EventTarget): target is Field {
  return (
    (target instanceof HTMLInputElement && target.type !== 'checkbox' && target.type !== 'radio') ||
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement
  );
}
