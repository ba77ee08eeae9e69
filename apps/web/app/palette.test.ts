import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const css = readFileSync(join(import.meta.dirname, 'globals.css'), 'utf8');

type Palette = ReadonlyMap<string, string>;

/** The colours of one theme, by name. */
function paletteOf(selector: string): Palette {
  const start = css.indexOf(`\n${selector} {`);
  const block = css.slice(start, css.indexOf('\n}', start));
  const lines = [...block.matchAll(/^ {2}--([a-z0-9-]+): (#[0-9a-f]{6});$/gm)];
  return new Map(lines.map(([, name, colour]) => [name ?? '', colour ?? '']));
}

function colourOf(palette: Palette, name: string): string {
  const colour = palette.get(name);
  if (colour === undefined) throw new Error(`the palette has no --${name}`);
  return colour;
}

/** WCAG 2: from 1 to 21. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

function luminance(colour: string): number {
  const channel = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

const GROUNDS = ['bg', 'surface', 'raised', 'bubble'];
const TEXTS = ['text', 'muted', 'accent', 'ok', 'warn', 'critical', 'info'];
const SERIES = [1, 2, 3, 4, 5, 6].map((place) => `series-${place}`);

describe.each([':root', '.dark'])('the palette of %s', (selector) => {
  const palette = paletteOf(selector);
  const against = (name: string, ground: string): number =>
    contrast(colourOf(palette, name), colourOf(palette, ground));

  test.each([...TEXTS, ...SERIES])('--%s can be read on every ground', (name) => {
    for (const ground of GROUNDS)
      expect(against(name, ground), `on --${ground}`).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['strong', 'focus'])('--%s is seen on every ground', (name) => {
    for (const ground of GROUNDS)
      expect(against(name, ground), `on --${ground}`).toBeGreaterThanOrEqual(3);
  });

  test('what stands on the accent, on a mark of a series and on a warning can be read', () => {
    expect(against('on-accent', 'accent')).toBeGreaterThanOrEqual(4.5);
    for (const series of SERIES) expect(against('surface', series)).toBeGreaterThanOrEqual(4.5);
    expect(against('surface', 'warn')).toBeGreaterThanOrEqual(4.5);
  });
});

test('both themes name the same colours', () => {
  const names = (selector: string): readonly string[] => [...paletteOf(selector).keys()].sort();
  expect(names('.dark')).toEqual(names(':root'));
  expect(names(':root').length).toBeGreaterThan(15);
});
