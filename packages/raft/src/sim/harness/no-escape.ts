/** Ways around the ports: time and chance that belong to the real process. */
const ESCAPES: readonly (readonly [object, string])[] = [
  [Math, 'random'],
  [Date, 'now'],
  [globalThis, 'setTimeout'],
  [globalThis, 'setInterval'],
  [globalThis, 'setImmediate'],
  [globalThis, 'queueMicrotask'],
];

/** Runs `work`, in which nothing may use time or chance but those of the simulation. */
export function withoutEscape(work: () => void): void {
  const restore: (() => void)[] = [];
  for (const [owner, name] of ESCAPES) {
    const known = Object.getOwnPropertyDescriptor(owner, name);
    if (known === undefined) continue;
    restore.push(() => Object.defineProperty(owner, name, known));
    const value = (): never => {
      throw new Error(`${name} within a simulation`);
    };
    Object.defineProperty(owner, name, { value, configurable: true, writable: true });
  }
  try {
    work();
  } finally {
    for (const each of restore) each();
  }
}
