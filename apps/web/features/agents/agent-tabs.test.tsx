// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';
import { AgentTabs } from './agent-tabs.tsx';

vi.mock('next/navigation', () => ({ usePathname: () => '/agents/bot/settings' }));

afterEach(cleanup);

test('the current tab is brought into view where the row is wider than the window', () => {
  const seen: (string | null)[] = [];
  vi.spyOn(Element.prototype, 'scrollIntoView').mockImplementation(function scroll(this: Element) {
    seen.push(this.textContent);
  });
  render(<AgentTabs agentId="bot" />);
  expect(screen.getByRole('link', { current: 'page' }).textContent).toBe('Settings');
  expect(seen).toEqual(['Settings']);
});
