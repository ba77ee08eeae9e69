// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';
import { Form } from './form.tsx';

afterEach(cleanup);

const form = (onSend: (data: FormData) => void) => (
  <Form onSend={onSend} aria-label="Name">
    <input name="name" defaultValue="Ann" />
  </Form>
);

test('what the server draws is nothing that a browser sends by itself', () => {
  expect(renderToString(form(() => undefined))).toMatch(/<form [^>]*action="javascript:throw/);
});

test('a form hands over its fields, once, and keeps them', () => {
  const onSend = vi.fn<(data: FormData) => void>();
  render(form(onSend));
  fireEvent.submit(screen.getByRole('form'));
  expect(onSend.mock.calls.map(([data]) => data.get('name'))).toEqual(['Ann']);
  expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('Ann');
});
