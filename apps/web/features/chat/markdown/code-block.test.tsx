// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { CodeBlock } from './code-block.tsx';

const { saveText } = vi.hoisted(() => ({ saveText: vi.fn() }));
vi.mock('@/ui/save-text.ts', () => ({ saveText }));

afterEach(() => {
  cleanup();
  saveText.mockReset();
});

function draw(language: string | null, code = 'const answer = 42;\n') {
  const className = language === null ? '' : `language-${language}`;
  render(
    <CodeBlock>
      <code className={className}>{code}</code>
    </CodeBlock>,
  );
}

test.each([
  ['python', 'code.py'],
  ['go', 'code.go'],
  ['C++', 'code.txt'],
  [null, 'code.txt'],
])('code in %s is saved as %s', (language, name) => {
  draw(language);
  fireEvent.click(screen.getByRole('button', { name: 'Download code' }));
  expect(saveText).toHaveBeenCalledWith(name, 'const answer = 42;');
});

test('long lines can be wrapped', () => {
  draw('js');
  const wrap = screen.getByRole('button', { name: 'Wrap lines' });
  expect(wrap.getAttribute('aria-pressed')).toBe('false');
  fireEvent.click(wrap);
  expect(wrap.getAttribute('aria-pressed')).toBe('true');
  expect(document.querySelector('pre')?.className).toContain('whitespace-pre-wrap');
});
