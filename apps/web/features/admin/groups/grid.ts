/** A group as people name it: two hex digits, as at the start of its sessions' ids. */
export function groupName(group: number): string {
  return group.toString(16).toUpperCase().padStart(2, '0');
}

/** The same for any group: the system group is numbered far above the others. */
export function anyGroupName(group: number): string {
  return isConversationGroup(group) ? groupName(group) : 'system';
}

export function isConversationGroup(group: number): boolean {
  return group <= 255;
}

/** The cell that a key leads to; null when the key is not one of the grid's, or there is nothing there. */
export function moveInGrid(
  from: number,
  key: string,
  isCtrl: boolean,
  columns: number,
  cells: number,
): number | null {
  const to = targetOf(from, key, isCtrl, columns, cells);
  return to === null || to < 0 || to >= cells || to === from ? null : to;
}

function targetOf(
  from: number,
  key: string,
  isCtrl: boolean,
  columns: number,
  cells: number,
): number | null {
  const rowStart = from - (from % columns);
  switch (key) {
    case 'ArrowRight':
      return from + 1;
    case 'ArrowLeft':
      return from - 1;
    case 'ArrowDown':
      return from + columns;
    case 'ArrowUp':
      return from - columns;
    case 'Home':
      return isCtrl ? 0 : rowStart;
    case 'End':
      return isCtrl ? cells - 1 : Math.min(rowStart + columns, cells) - 1;
    default:
      return null;
  }
}
