/**
 * Sequences of callbacks written as straight code: a step waits by `yield*`, errors are thrown. Unlike
 * promises they need no turn of the event loop, so that the simulator owns every order of events.
 */
export type Steps<T> = Generator<Suspended, T, void>;

/** Begins something and calls `resume` when it is over, later than the call. */
type Suspended = (resume: () => void) => void;

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: unknown };

/** Waits for a callback that is given a result; an error is thrown into the steps. */
export function* ask<T>(call: (done: (result: Outcome<T>) => void) => void): Steps<T> {
  const answer: { result: Outcome<T> | null } = { result: null };
  yield (resume) =>
    call((result) => {
      answer.result = result;
      resume();
    });
  if (answer.result === null) throw new Error('a step was resumed before its answer');
  if (answer.result.ok) return answer.result.value;
  throw answer.result.error;
}

/** Runs steps to their end. `done` is called within this call only when nothing had to be waited for. */
export function run<T>(steps: Steps<T>, done: (outcome: Outcome<T>) => void): void {
  const resume = (): void => {
    let next: IteratorResult<Suspended, T>;
    try {
      next = steps.next();
    } catch (error) {
      done({ ok: false, error });
      return;
    }
    if (next.done === true) done({ ok: true, value: next.value });
    else next.value(resume);
  };
  resume();
}

/** Goes on in a later event. */
export function* later(defer: (run: () => void) => void): Steps<void> {
  yield defer;
}
