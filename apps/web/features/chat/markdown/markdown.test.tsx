import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Markdown } from './markdown.tsx';

/** The HTML of a text, without the attributes that only style it. */
function html(text: string, isStreaming = false): string {
  return renderToStaticMarkup(<Markdown text={text} isStreaming={isStreaming} />)
    .replaceAll(/ (?:class|title|target|rel|tabindex)="[^"]*"/g, '')
    .replaceAll(/<\/?div>/g, '');
}

const NESTED_FENCE = [
  'Put this into `README.md`:',
  '',
  '```markdown',
  '# Title',
  '',
  '```js',
  'const answer = 42;',
  '```',
  '',
  'End of the file.',
  '```',
  '',
  'Then **commit** it.',
].join('\n');

/** What was reported wrong, and the HTML that is right. */
const CASES: readonly (readonly [name: string, text: string, right: string])[] = [
  [
    'single tildes are ranges',
    'PCB thickness: 0.3~8mm, width 5~7mm',
    '<p dir="ltr">PCB thickness: 0.3~8mm, width 5~7mm</p>',
  ],
  ['two tildes strike through', '~~x~~', '<p><del>x</del></p>'.replace('<p>', '<p dir="ltr">')],
  [
    'Chinese emphasis that ends in punctuation is bold',
    '**中文文本（带括号）。**这句子继续。',
    '<p dir="ltr"><strong>中文文本（带括号）。</strong>这句子继续。</p>',
  ],
  [
    'Japanese emphasis between quotation marks is bold',
    '**「まち」「ひと」**のように',
    '<p dir="ltr"><strong>「まち」「ひと」</strong>のように</p>',
  ],
  [
    'of two emphases in Chinese the text between them is plain',
    '这是**“甲”**和**“乙”**的差别',
    '<p dir="ltr">这是<strong>“甲”</strong>和<strong>“乙”</strong>的差别</p>',
  ],
  [
    'Chinese text that ends in punctuation is struck through',
    '~~旧的。~~新的',
    '<p dir="ltr"><del>旧的。</del>新的</p>',
  ],
  [
    'a link ends before Chinese punctuation',
    '访问https://example.com，然后继续',
    '<p dir="ltr">访问<a href="https://example.com/">https://example.com</a>，然后继续</p>',
  ],
  [
    'what follows a link and Chinese punctuation is markdown again',
    '见（https://example.com/a?b=1）。**重要**：www.example.org、下一个',
    '<p dir="ltr">见（<a href="https://example.com/a?b=1">https://example.com/a?b=1</a>）。<strong>重要</strong>：<a href="http://www.example.org/">www.example.org</a>、下一个</p>',
  ],
  [
    'other links stay as they are',
    'See https://example.com/a_b_c(d)?q=%20. And <https://example.com/x，y>.',
    '<p dir="ltr">See <a href="https://example.com/a_b_c(d)?q=%20">https://example.com/a_b_c(d)?q=%20</a>. And <a href="https://example.com/x%EF%BC%8Cy">https://example.com/x，y</a>.</p>',
  ],
  [
    'a line break in a cell breaks the line',
    '| a | b |\n| - | - |\n| x<br>y<br/>z | <b> |',
    '<table dir="ltr"><thead><tr><th dir="ltr">a</th><th dir="ltr">b</th></tr></thead><tbody><tr><td dir="ltr">x<br/>\ny<br/>\nz</td><td>&lt;b&gt;</td></tr></tbody></table>',
  ],
  [
    'math keeps its backslashes and its marks',
    'Let \\(\\alpha_1 * x_2 * y\\) and $\\{a_1, b_2\\}$, for $5 and $6.',
    '<p dir="ltr">Let <span>\\(\\alpha_1 * x_2 * y\\)</span> and <span>$\\{a_1, b_2\\}$</span>, for $5 and $6.</p>',
  ],
  [
    'displayed math over several lines is one paragraph',
    '\\[\n\\begin{aligned}\na &= b \\\\\n- c &= *d*\n\\end{aligned}\n\\]',
    '<p dir="ltr"><span>\\[\n\\begin{aligned}\na &amp;= b \\\\\n- c &amp;= *d*\n\\end{aligned}\n\\]</span></p>',
  ],
  [
    'displayed math in dollars is kept',
    '$$\\sum_{i}^{n} x_i$$',
    '<p dir="ltr"><span>$$\\sum_{i}^{n} x_i$$</span></p>',
  ],
  ['escapes that are no math stay escapes', 'Array\\[0\\] \\*', '<p dir="ltr">Array[0] *</p>'],
  [
    'math in code is code',
    '`\\(a\\)` and `$\\{a_1\\}$`',
    '<p dir="ltr"><code dir="ltr">\\(a\\)</code> and <code dir="ltr">$\\{a_1\\}$</code></p>',
  ],
  [
    'Hebrew runs from right to left, and code in it from left to right',
    'הריצו את `npm test` עכשיו',
    '<p dir="rtl">הריצו את <code dir="ltr">npm test</code> עכשיו</p>',
  ],
  [
    'each block has its own direction, a list that of the word it begins with',
    '# שלום\n\n- אחת\n- two\n\nEnglish, then עברית',
    '<h1 dir="rtl">שלום</h1><ul dir="rtl">\n<li dir="rtl">אחת</li>\n<li dir="ltr">two</li>\n</ul><p dir="ltr">English, then עברית</p>',
  ],
];

test.each(CASES)('%s', (_, text, right) => {
  expect(html(text)).toBe(right);
});

test('a fenced block that contains one is whole, and what follows it is markdown', () => {
  const drawn = html(NESTED_FENCE);
  expect(drawn.match(/<pre/g)).toHaveLength(1);
  expect(drawn).toContain('```js\nconst answer = 42;\n```\n\nEnd of the file.\n</code>');
  expect(drawn).toContain('Then <strong>commit</strong> it.');
});

test.each([
  ['opened and never closed', '```md\n```js\nx\n```\n\nText.\n'],
  ['two blocks', '```js\na\n```\n\n```py\nb\n```\n'],
])('fences that do not nest are what CommonMark says: %s', (_, text) => {
  expect(html(text).match(/<pre/g)).toHaveLength(_ === 'two blocks' ? 2 : 1);
  if (_ !== 'two blocks') expect(html(text)).toContain('<p dir="ltr">Text.</p>');
});

const CORPUS: readonly string[] = [
  ...CASES.map(([, text]) => text),
  NESTED_FENCE,
  '# Title\n\nSome *text* with `code`, snake_case_names and 2 * 3 * 4.\n\n1. one\n   - deeper\n2. two\n\n> quoted\n> more',
  '- > 25 is a comparison\n- < 3 too',
  'Setext\n===\n\nText\n\n---\n\n- [ ] open\n- [x] done',
  'A link [to the docs](https://example.com/docs) and ![a picture](https://example.com/p.png).',
  '| 数量 | Preis |\n| :-- | --: |\n| 1,310 | $5~$7 |',
];

test.each(CORPUS)('a text that has come in whole is drawn as the finished one: %j', (text) => {
  expect(html(text, true)).toBe(html(text));
});

test('every prefix of what streams can be drawn', () => {
  for (const text of CORPUS)
    for (let length = 1; length <= text.length; length += 3)
      expect(html(text.slice(0, length), true)).toContain('<');
});

test('math that is still being written keeps its backslashes', () => {
  expect(html('Let \\(\\{a', true)).toBe('<p dir="ltr">Let \\(\\{a</p>');
  expect(html('So\n\n\\[\n\\{a\\}', true)).toContain('\\[\n\\{a\\}');
});
