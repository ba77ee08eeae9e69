// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Field } from './field.tsx';
import { Form } from './form.tsx';

afterEach(cleanup);

const saved = vi.fn();

function Rename() {
  const [isOpen, setIsOpen] = useState(true);
  const [name, setName] = useState('Old');
  return (
    <Dialog open={isOpen} onOpenChange={setIsOpen} title="Rename">
      <Form
        onSend={() => {
          saved(name);
          setIsOpen(false);
        }}
      >
        <Button>Suggest</Button>
        <Field label="Name" value={name} onChange={({ target }) => setName(target.value)} />
        <Button type="submit">Save</Button>
      </Form>
    </Dialog>
  );
}

const pressEscape = () =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key: 'Escape', code: 'Escape' });

test('the focus begins on the first field, and nothing is asked when nothing was typed', () => {
  render(<Rename />);
  expect(document.activeElement).toBe(screen.getByLabelText('Name'));
  pressEscape();
  expect(screen.queryByRole('dialog')).toBeNull();
});

test('Escape asks before it discards what was typed, and a second Escape goes back to it', () => {
  render(<Rename />);
  const field = screen.getByLabelText<HTMLInputElement>('Name');
  fireEvent.change(field, { target: { value: 'New' } });
  pressEscape();
  expect(screen.getByRole('alertdialog', { name: 'Discard what you typed?' })).toBeTruthy();
  expect(document.activeElement?.textContent).toBe('Keep editing');
  pressEscape();
  expect(screen.queryByRole('alertdialog')).toBeNull();
  pressEscape();
  fireEvent.click(screen.getByRole('button', { name: 'Keep editing' }));
  expect(document.activeElement).toBe(field);
  expect(field.value).toBe('New');
  fireEvent.click(screen.getByRole('button', { name: 'Close' }));
  fireEvent.click(screen.getByRole('button', { name: 'Discard' }));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(saved).not.toHaveBeenCalled();
});

test('without a field the focus begins on the first choice, which is the least destructive one', () => {
  render(
    <Dialog open onOpenChange={() => undefined} title="Delete?">
      <Button>Keep it</Button>
      <Button variant="danger">Delete for good</Button>
    </Dialog>,
  );
  expect(document.activeElement?.textContent).toBe('Keep it');
});

test('what is loaded after the window opened gets the focus', () => {
  const draw = (isLoaded: boolean) => (
    <Dialog open onOpenChange={() => undefined} title="New conversation">
      {isLoaded ? <Button>Ava</Button> : <p>Loading agents…</p>}
    </Dialog>
  );
  const { rerender } = render(draw(false));
  expect(document.activeElement).toBe(screen.getByRole('dialog'));
  rerender(draw(true));
  expect(document.activeElement?.textContent).toBe('Ava');
});

function Opened() {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setIsOpen(true)}>Open</Button>
      <Dialog open={isOpen} onOpenChange={setIsOpen} title="Opened">
        <Button>Do it</Button>
      </Dialog>
    </>
  );
}

test('the focus goes back to what it was on when the window opened', async () => {
  render(<Opened />);
  const opener = screen.getByRole('button', { name: 'Open' });
  opener.focus();
  fireEvent.click(opener);
  expect(document.activeElement?.textContent).toBe('Do it');
  pressEscape();
  await expect.poll(() => document.activeElement).toBe(opener);
});
