// @vitest-environment happy-dom
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { derived, Store } from '@fleetlm/client';
import { useStore } from '@fleetlm/client/react';
import { act } from '@testing-library/react';
import { hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { expect, test } from 'vitest';

const store = new Store('drawn by the server');
const upper = derived(store, (text) => ({ text: text.toUpperCase() }));

function Page() {
  return (
    <p>
      {useStore(store)}: {useStore(upper).text}
    </p>
  );
}

test('a page is taken over as the server drew it, though its stores have changed meanwhile', async () => {
  const container = document.createElement('div');
  container.innerHTML = renderToString(<Page />);
  store.set('changed');
  const errors: unknown[] = [];
  await act(async () => {
    hydrateRoot(container, <Page />, { onRecoverableError: (error) => errors.push(error) });
  });
  expect(errors).toEqual([]);
  expect(container.textContent).toBe('changed: CHANGED');
});

test('no component formats by the locale of the machine that draws it', () => {
  const root = join(import.meta.dirname, '..');
  const files = globSync('{app,features,shell,ui}/**/*.tsx', { cwd: root });
  expect(files.length).toBeGreaterThan(100);
  const found = files.filter(
    (file) =>
      !file.endsWith('.test.tsx') && /\.toLocale\w*\(/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(found).toEqual([]);
});
