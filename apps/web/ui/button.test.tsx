// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { Button } from './button.tsx';

afterEach(cleanup);

test('a button that becomes disabled keeps the focus, does nothing, and says why', () => {
  const act = vi.fn();
  const draw = (disabled: boolean) => (
    <Button disabled={disabled} reason="n2 is down." onClick={act}>
      Transfer
    </Button>
  );
  const { rerender } = render(draw(false));
  const button = screen.getByRole('button', { name: 'Transfer' });
  button.focus();
  fireEvent.click(button);
  expect(act).toHaveBeenCalledTimes(1);
  rerender(draw(true));
  expect(document.activeElement).toBe(button);
  expect(button.getAttribute('aria-disabled')).toBe('true');
  expect(button.title).toBe('n2 is down.');
  const described = document.getElementById(button.getAttribute('aria-describedby') ?? '');
  expect(described?.textContent).toBe('n2 is down.');
  fireEvent.click(button);
  expect(act).toHaveBeenCalledTimes(1);
  rerender(draw(false));
  expect(button.getAttribute('aria-disabled')).toBeNull();
  expect(button.title).toBe('');
});

test('a disabled button does not submit its form', () => {
  const submit = vi.fn((event: React.FormEvent) => event.preventDefault());
  render(
    <form action="/" onSubmit={submit}>
      <Button type="submit" disabled>
        Save
      </Button>
    </form>,
  );
  fireEvent.click(screen.getByRole('button'));
  expect(submit).not.toHaveBeenCalled();
});
