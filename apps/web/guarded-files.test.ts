import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const WEB = import.meta.dirname;

/** Shown without a sign-in, with the reason. */
const PUBLIC_PAGES: Readonly<Record<string, string>> = {
  'app/layout.tsx': 'the frame of every page: holds nothing of anybody',
  'app/page.tsx': 'redirects to the inbox',
  'app/login/page.tsx': 'the sign-in',
};
const PUBLIC_ROUTES: Readonly<Record<string, string>> = {
  'app/api/sign-in/route.ts': 'the sign-in',
};
const PUBLIC_ACTIONS: Readonly<Record<string, string>> = {
  'features/accounts/sign-in/actions.ts': 'the sign-in and the sign-out',
};

const files = ['app', 'features', 'server', 'common', 'shell', 'ui'].flatMap((folder) =>
  readdirSync(join(WEB, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(folder, path))
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path)),
);
const textOf = (path: string): string => readFileSync(join(WEB, path), 'utf8');

/** The roles that a file of a folder may ask for. */
function rolesOf(path: string): string {
  if (/^(app\/(\(app\)|api)\/admin|features\/(accounts|admin))\//.test(path)) return 'admin';
  if (/^(app\/\(app\)|features)\/agents\//.test(path)) return '(?:owner|admin)';
  return '(?:user|owner|admin)';
}

/** Exports of values that are not made by the guard, each as a sentence; types are free. */
function unguarded(path: string, exported: RegExp, guarded: RegExp): readonly string[] {
  const text = textOf(path);
  const bare = [...text.matchAll(exported)]
    .map(([statement]) => statement)
    .filter((statement) => !guarded.test(statement));
  return bare.map((statement) => `${path}: "${statement.trim()}" does not ask who calls`);
}

const VALUE = /^export (?!type\b|interface\b)[^\n]*(?:\n[^\n]*)?/gm;

test('every page and layout behind the sign-in is made by the guard of its folder', () => {
  const pages = files.filter((path) => /\/(page|layout|template|default)\.tsx$/.test(path));
  expect(pages.length).toBeGreaterThan(20);
  const bare = pages.flatMap((path) =>
    path in PUBLIC_PAGES
      ? []
      : unguarded(
          path,
          /^export default [^\n]*/gm,
          new RegExp(`^export default ${rolesOf(path)}Page\\(`),
        ),
  );
  expect(bare).toEqual([]);
  for (const path of pages) expect(textOf(path), path).toContain('export default ');
});

test('every route is made by the guard of its folder', () => {
  const routes = files.filter((path) => /\/route\.tsx?$/.test(path));
  expect(routes.length).toBeGreaterThan(10);
  const bare = routes.flatMap((path) => {
    const roles = path in PUBLIC_ROUTES ? 'public' : rolesOf(path);
    return unguarded(path, VALUE, new RegExp(`^export const [A-Z]+ = ${roles}Route\\(`));
  });
  expect(bare).toEqual([]);
});

test('every server action is made by the guard of its folder, and lies in a file of actions', () => {
  const actions = files.filter((path) => /^\s*['"]use server['"]/m.test(textOf(path)));
  expect(actions.length).toBeGreaterThan(2);
  const bare = actions.flatMap((path) => {
    if (!path.endsWith('/actions.ts')) return [`${path}: actions are in files named actions.ts`];
    const roles = path in PUBLIC_ACTIONS ? 'public' : rolesOf(path);
    return unguarded(path, VALUE, new RegExp(`^export const \\w+ = ${roles}Action\\(`));
  });
  expect(bare).toEqual([]);
});

test('nothing of the server gets into a browser', () => {
  const startsWith = (path: string, statement: string): boolean =>
    textOf(path).startsWith(statement);
  const actions = files.filter((path) => path.endsWith('/actions.ts'));
  expect(actions.filter((path) => !startsWith(path, "'use server';"))).toEqual([]);
  const server = files.filter((path) => /^server\/(?!testing\/)/.test(path));
  expect(server.length).toBeGreaterThan(20);
  expect(server.filter((path) => !startsWith(path, "import 'server-only';"))).toEqual([]);
  const client = files.filter((path) => startsWith(path, "'use client';"));
  expect(client.length).toBeGreaterThan(50);
  expect(client.filter((path) => /from '[^']*\/server\//.test(textOf(path)))).toEqual([]);
});

test('the session is read in one place', () => {
  const readers = files.filter((path) => textOf(path).includes('getSession('));
  expect(readers).toEqual(['server/accounts/session.ts']);
  const minters = files.filter((path) => textOf(path).includes('mintAdminToken('));
  expect(minters.sort()).toEqual([
    'app/api/admin/token/route.ts',
    'server/cluster/cluster-token.ts',
    'server/cluster/operator-request.ts',
  ]);
});

test('no form is sent by the browser itself, with its fields in the address', () => {
  const bare = files.filter((path) => /<form\b(?![^>]*\baction=)/.test(textOf(path)));
  expect(bare).toEqual([]);
});

/** The sign-in is a form that works before the page's scripts do. */
const FORM_ACTIONS = new Set(['signIn', 'signOut']);

test('every call of an action is answered on the page, whatever becomes of it', () => {
  const bare = files.flatMap((path) => {
    const text = textOf(path);
    if (!text.startsWith("'use client'")) return [];
    const imported = [...text.matchAll(/import \{([^}]*)\} from '[./\w-]*\bactions\.ts'/g)];
    const names = imported
      .flatMap(([, list = '']) => list.split(','))
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type ') && !FORM_ACTIONS.has(name));
    return names.flatMap((name) =>
      [...text.matchAll(new RegExp(`(?<![.\\w])${name}\\(`, 'g'))]
        .filter(({ index }) => !/(?:called\(|=>)$/.test(text.slice(0, index).trimEnd()))
        .map(([call]) => `${path}: ${call}`),
    );
  });
  expect(bare).toEqual([]);
});
