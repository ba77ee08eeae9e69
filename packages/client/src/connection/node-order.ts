/**
 * The nodes in an order of this client's own: the first is where it connects, the next where it goes when that node is lost.
 * With one order for all, every client of a lost node would go to the same other one.
 */
export function nodeOrder(nodes: readonly string[], random: () => number): readonly string[] {
  const order = [...nodes];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const at = Math.floor(random() * (last + 1));
    const taken = order[at];
    const moved = order[last];
    if (taken === undefined || moved === undefined) continue;
    order[at] = moved;
    order[last] = taken;
  }
  return order;
}
