/** What code throws: by intention, by accident, and out of spite. */
export const THROWN: readonly (readonly [name: string, make: () => unknown])[] = [
  ['an Error', () => new Error('thrown')],
  ['a TypeError', () => new TypeError('thrown')],
  ['a RangeError', () => new RangeError('Maximum call stack size exceeded')],
  ['a SyntaxError', () => new SyntaxError('Unexpected token')],
  ['an Error without a message', () => new Error()],
  ['an Error with a megabyte of message', () => new Error('{'.repeat(1024 * 1024))],
  ['an Error with half a character', () => new Error('\ud800\0')],
  ['an Error with a cause', () => new Error('outer', { cause: new Error('inner') })],
  ['an Error that is its own cause', ownCause],
  ['an AggregateError', () => new AggregateError([new Error('one'), new Error('two')], 'both')],
  ['an AggregateError of nothing', () => new AggregateError([])],
  ['a frozen Error', () => Object.freeze(new Error('frozen'))],
  ['an Error without a prototype', () => Object.setPrototypeOf(new Error('bare'), null)],
  ['an Error whose message throws', () => withThrowing('message')],
  ['an Error whose name throws', () => withThrowing('name')],
  ['an Error whose stack throws', () => withThrowing('stack')],
  ['an Error whose code throws', () => withThrowing('code')],
  ['an Error whose cause throws', () => withThrowing('cause')],
  ['an Error whose message is no string', () => Object.assign(new Error(), { message: { a: 1 } })],
  ['an error of the system', () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
  [
    'an error with an unknown code',
    () => Object.assign(new Error('?'), { code: 'X'.repeat(9_000) }),
  ],
  ['an abort', () => new DOMException('aborted', 'AbortError')],
  ['a time-out', () => new DOMException('timed out', 'TimeoutError')],
  ['a proxy that throws', () => new Proxy(new Error('proxied'), throwingTraps())],
  ['a string', () => 'a string'],
  ['an empty string', () => ''],
  ['null', () => null],
  ['undefined', () => undefined],
  ['a number', () => 0],
  ['not a number', () => Number.NaN],
  ['a big integer', () => 10n],
  ['a symbol', () => Symbol('thrown')],
  ['false', () => false],
  ['a function', () => () => undefined],
  ['a list', () => [new Error('listed')]],
  ['an object', () => ({ message: 'like an error' })],
  ['an object without a prototype', () => Object.create(null)],
  ['an object that is no text', () => ({ toString: thrower })],
  ['an event', () => new Event('error')],
  ['a response', () => new Response('no', { status: 500 })],
  ['a promise', () => Promise.resolve()],
];

export type ThrowMode = 'throws' | 'rejects' | 'hangs';

export interface Fault {
  readonly name: string;
  readonly make: () => unknown;
  readonly mode: ThrowMode;
  readonly isAlways: boolean;
}

/** Each of them thrown and rejected with, once and always; and an answer that never comes. */
export const FAULTS: readonly Fault[] = [
  ...THROWN.flatMap(([name, make]) =>
    (['throws', 'rejects'] as const).flatMap((mode) =>
      [true, false].map((isAlways) => ({ name, make, mode, isAlways })),
    ),
  ),
  { name: 'nothing', make: () => null, mode: 'hangs', isAlways: true },
  { name: 'nothing', make: () => null, mode: 'hangs', isAlways: false },
];

function thrower(): never {
  throw new Error('thrown by the one that was thrown');
}

function withThrowing(property: string): Error {
  return Object.defineProperty(new Error('has a getter'), property, { get: thrower });
}

function ownCause(): Error {
  const error = new Error('own cause');
  error.cause = error;
  return error;
}

function throwingTraps(): ProxyHandler<Error> {
  return { get: thrower, has: thrower, getPrototypeOf: thrower, ownKeys: thrower };
}
