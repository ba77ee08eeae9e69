/** A virtual list draws a line a few frames after it was scrolled to. */
const FRAMES_MAX = 30;

/** Gives the focus to what `selector` names inside of `root`, as soon as it is in the page. */
export function focusWhenDrawn(root: HTMLElement | null, selector: string): void {
  let frames = 0;
  const look = (): void => {
    const found = root?.querySelector<HTMLElement>(selector);
    frames += 1;
    if (found !== null && found !== undefined) found.focus({ preventScroll: true });
    else if (frames < FRAMES_MAX) requestAnimationFrame(look);
  };
  look();
}
