/** The ones of `known` that are named; throws TypeError for a name that is not known. */
export function faultsNamed<Fault extends string>(
  known: readonly Fault[],
  names: readonly string[],
): readonly Fault[] {
  return names.map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new TypeError(`fault ${name}: one of ${known.join(', ')}`);
    return found;
  });
}

/** A swarm without some of its faults, each of which is a number that is 0 where there is none of it. */
export function withoutFaults<Swarm extends object>(
  swarm: Swarm,
  faults: readonly (keyof Swarm & string)[],
): Swarm {
  return { ...swarm, ...Object.fromEntries(faults.map((fault) => [fault, 0])) };
}
