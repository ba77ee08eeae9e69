import { parse } from '@babel/parser';

export interface FoundRegexp {
  readonly line: number;
  readonly source: string;
  readonly flags: string;
}

export interface Regexps {
  readonly literals: readonly FoundRegexp[];
  /** Lines of `RegExp(...)` whose pattern is put together at run time, so that it can't be checked. */
  readonly madeAtRunTime: readonly number[];
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string };

/** Every regular expression of a file of TypeScript or JavaScript, literal or made by `RegExp`. */
export function findRegexps(path: string, text: string): Regexps {
  const literals: FoundRegexp[] = [];
  const madeAtRunTime: number[] = [];
  const plugins: ('typescript' | 'jsx')[] = path.endsWith('x')
    ? ['typescript', 'jsx']
    : ['typescript'];
  for (const node of nodesOf(parse(text, { sourceType: 'module', plugins }).program)) {
    const line = lineOf(node);
    if (node.type === 'RegExpLiteral')
      literals.push({ line, source: String(node.pattern), flags: String(node.flags) });
    if (!isRegExpCall(node)) continue;
    const [pattern, flags] = Array.isArray(node.arguments) ? node.arguments.map(constant) : [];
    // A copy of a literal is checked where the literal is.
    if (pattern === undefined || flags === null) madeAtRunTime.push(line);
    else if (pattern === null) madeAtRunTime.push(line);
    else literals.push({ line, source: pattern, flags: flags ?? '' });
  }
  return { literals, madeAtRunTime };
}

function* nodesOf(root: unknown): Iterable<Node> {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (Array.isArray(value)) open.push(...value);
    else if (isNode(value)) {
      yield value;
      for (const child of Object.values(value))
        if (typeof child === 'object' && child !== null) open.push(child);
    }
  }
}

function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
  );
}

function isRegExpCall(node: Node): boolean {
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false;
  const { callee } = node;
  return isNode(callee) && callee.type === 'Identifier' && callee.name === 'RegExp';
}

/** The value of a text that is written out; null: it is made at run time. */
function constant(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === 'StringLiteral' && typeof node.value === 'string') return node.value;
  if (node.type !== 'TemplateLiteral' || !Array.isArray(node.quasis) || node.quasis.length !== 1)
    return null;
  const [piece]: readonly unknown[] = node.quasis;
  if (!isNode(piece)) return null;
  const { value } = piece;
  const isCooked = typeof value === 'object' && value !== null && 'cooked' in value;
  return isCooked && typeof value.cooked === 'string' ? value.cooked : null;
}

function lineOf(node: Node): number {
  const { loc } = node;
  if (typeof loc !== 'object' || loc === null || !('start' in loc)) return 0;
  const { start } = loc;
  return typeof start === 'object' && start !== null && 'line' in start ? Number(start.line) : 0;
}
