import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../repository.ts';
import { FIELD_MEANINGS } from './field-meanings.ts';
import { referenceFiles } from './reference-files.ts';
import { fillRegions } from './regions.ts';

test.each(referenceFiles())('$path says what the schemas say; else `npm run generate`', (file) => {
  const path = join(repositoryRoot, file.path);
  expect(existsSync(path) ? readFileSync(path, 'utf8') : null).toBe(file.text);
});

test('the OpenAPI document refers only to what it has', () => {
  const document = referenceFiles().find(({ path }) => path.endsWith('openapi.json'));
  const text = document?.text ?? '';
  const { components } = JSON.parse(text);
  const refs = [...text.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  );
  expect(refs.length).toBeGreaterThan(50);
  expect(refs.filter((name) => !Object.hasOwn(components.schemas, name ?? ''))).toEqual([]);
  expect(text).not.toContain('$defs');
  const ids = [...text.matchAll(/"operationId": "(\w+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('links between the pages lead somewhere', () => {
  const headings = new Map(
    referenceFiles()
      .filter(({ path }) => path.endsWith('.md'))
      .map(({ path, text }) => [
        path.replace(/.*\//, ''),
        [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
          title
            .toLowerCase()
            .replaceAll(/[^a-z0-9 _-]/g, '')
            .replaceAll(' ', '-'),
        ),
      ]),
  );
  const dead = referenceFiles().flatMap(({ path, text }) => {
    const page = path.replace(/.*\//, '');
    return [...text.matchAll(/\]\(([a-z-]+\.md)?#([^)]+)\)/g)]
      .filter(([, target = page, anchor = '']) => headings.get(target)?.includes(anchor) === false)
      .map(([link]) => `${page}: ${link}`);
  });
  expect(dead).toEqual([]);
});

test('a region that is not made, or that a page lacks, is an error', () => {
  const page = 'a\n<!-- made: x -->\nold\n<!-- end -->\nb\n';
  expect(fillRegions('p', page, { x: 'new' })).toBe('a\n<!-- made: x -->\nnew\n<!-- end -->\nb\n');
  expect(() => fillRegions('p', page, {})).toThrow('"x"');
  expect(() => fillRegions('p', page, { x: '', y: '' })).toThrow('"y"');
});

test('no field has an empty meaning', () => {
  expect(Object.values(FIELD_MEANINGS).filter((meaning) => meaning === '')).toEqual([]);
});
