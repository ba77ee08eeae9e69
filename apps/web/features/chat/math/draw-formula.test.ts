// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';
import { drawFormula } from './draw-formula.ts';

// KaTeX looks when it is loaded, and draws nothing in a page without a doctype, as the one of tests is.
vi.hoisted(() => Object.defineProperty(document, 'compatMode', { value: 'CSS1Compat' }));

let element: HTMLElement;
beforeEach(() => {
  element = document.createElement('span');
});

test.each([
  ['\\(a^2\\)', false],
  ['$a^2$', false],
  ['$$a^2$$', true],
  ['\\[a^2\\]', true],
])('%s is drawn, with MathML for screen readers', (source, isDisplay) => {
  drawFormula(element, source, isDisplay);
  expect(element.querySelector('math annotation')?.textContent).toBe('a^2');
  expect(element.querySelector('.katex-display') !== null).toBe(isDisplay);
});

test.each([
  ['a command that does not exist', '\\(\\nothing{x}\\)'],
  ['a brace that is never closed', '$\\frac{1}{2$'],
  ['macros that expand without end', '$$\\def\\a{\\a\\a}\\a$$'],
])('%s stays as it was written', (_, source) => {
  drawFormula(element, source, false);
  expect(element.textContent).toBe(source);
  expect(element.children).toHaveLength(0);
});

test.each(['\\href{https://example.org}{x}', '\\includegraphics{https://example.org/x.png}'])(
  'a formula neither links nor loads anything: %s',
  (tex) => {
    drawFormula(element, `$${tex}$`, false);
    expect(element.querySelector('a, img, image')).toBeNull();
  },
);
