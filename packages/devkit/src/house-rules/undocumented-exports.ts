import { dirname, join, normalize } from 'node:path';
import { parse } from '@babel/parser';
import type { SourceFile } from './tracked-files.ts';

type Statement = ReturnType<typeof parse>['program']['body'][number];

/** A name of another file. */
interface ForeignName {
  readonly name: string;
  readonly from: string;
}

interface Declaration {
  readonly path: string;
  readonly line: number;
  readonly isDocumented: boolean;
  /** Of a type that is made of one value: the value, whose comment is the type's. */
  readonly madeOf: string | null;
}

interface Module {
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly imports: ReadonlyMap<string, ForeignName>;
  /** By the name that others see: a name of this file (`from` null) or of another one. */
  readonly exports: ReadonlyMap<string, { readonly name: string; readonly from: string | null }>;
  /** `export * from`. */
  readonly stars: readonly string[];
}

const CODE = /\.(?:ts|tsx|mts)$/;
const MADE_OF_A_VALUE =
  /^(?:z\.(?:output|input)<typeof (\w+)>|\(typeof (\w+)\)\[number\]|keyof typeof (\w+)|typeof (\w+));?$/;

/**
 * Symbols of the `exports` of a package that another workspace imports and that have no doc comment. A type that is made
 * of one value (`z.output<typeof x>`, `(typeof X)[number]`, `keyof typeof X`) has the comment of that value.
 */
export function undocumentedExports(files: readonly SourceFile[]): readonly string[] {
  const tree = new Tree(files);
  const problems = new Map<string, string>();
  for (const { name, from, workspace } of importsBetween(files, tree.entries)) {
    const declaration = tree.find(tree.entries.get(from) ?? '', name);
    if (declaration === null || tree.isDocumented(declaration)) continue;
    const at = `${declaration.path}:${declaration.line}`;
    problems.set(at, `${at} has no doc comment: ${workspace} imports ${name} from ${from}`);
  }
  return [...problems.values()].sort();
}

class Tree {
  /** The files of the `exports` of all packages, by what others import them as. */
  readonly entries: ReadonlyMap<string, string>;
  readonly #files: ReadonlyMap<string, SourceFile>;
  readonly #modules = new Map<string, Module>();

  constructor(files: readonly SourceFile[]) {
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.entries = new Map(files.flatMap(entriesOf));
  }

  /** Where an export of a file is declared; null: not in a file of ours. */
  find(path: string, name: string, seen: ReadonlySet<string> = new Set()): Declaration | null {
    const module = this.#module(path);
    if (module === null || seen.has(path)) return null;
    const exported = module.exports.get(name);
    if (exported === undefined) {
      for (const star of module.stars) {
        const found = this.find(this.#resolve(path, star), name, new Set([...seen, path]));
        if (found !== null) return found;
      }
      return null;
    }
    const own = exported.from === null ? module.declarations.get(exported.name) : undefined;
    if (own !== undefined) return own;
    const { name: foreign, from } = module.imports.get(exported.name) ?? exported;
    return from === null ? null : this.find(this.#resolve(path, from), foreign);
  }

  isDocumented({ path, isDocumented, madeOf }: Declaration): boolean {
    if (isDocumented || madeOf === null) return isDocumented;
    return this.#module(path)?.declarations.get(madeOf)?.isDocumented ?? false;
  }

  #resolve(path: string, target: string): string {
    return target.startsWith('.')
      ? normalize(join(dirname(path), target))
      : (this.entries.get(target) ?? '');
  }

  #module(path: string): Module | null {
    const file = this.#files.get(path);
    if (file === undefined || !CODE.test(path)) return null;
    const module = this.#modules.get(path) ?? moduleOf(file);
    this.#modules.set(path, module);
    return module;
  }
}

function entriesOf({ path, text }: SourceFile): readonly (readonly [string, string])[] {
  if (!/^(?:packages|apps)\/[a-z-]+\/package\.json$/.test(path)) return [];
  const { name, exports = {} } = JSON.parse(text) as {
    readonly name: string;
    readonly exports?: Readonly<Record<string, string>>;
  };
  return Object.entries(exports).map(([key, file]) => [
    name + key.slice(1),
    join(dirname(path), file),
  ]);
}

interface ImportedName extends ForeignName {
  readonly workspace: string;
}

/** Every name that a file imports from a package that it is no part of. */
function* importsBetween(
  files: readonly SourceFile[],
  entries: ReadonlyMap<string, string>,
): Iterable<ImportedName> {
  for (const file of files) {
    if (!CODE.test(file.path) || !file.text.includes('@fleetlm/')) continue;
    const workspace = workspaceOf(file.path);
    for (const imported of importedNames(file)) {
      const entry = entries.get(imported.from);
      if (entry !== undefined && workspaceOf(entry) !== workspace) yield { ...imported, workspace };
    }
  }
}

/** `packages/raft`, `apps/web`; of other files their first folder. */
function workspaceOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'packages' || first === 'apps' ? `${first}/${second}` : first;
}

function* importedNames(file: SourceFile): Iterable<ForeignName> {
  for (const statement of statementsOf(file)) {
    if (statement.type === 'ExportNamedDeclaration' && statement.source) {
      const from = statement.source.value;
      for (const specifier of statement.specifiers)
        if (specifier.type === 'ExportSpecifier') yield { name: nameOf(specifier.local), from };
    }
    if (statement.type !== 'ImportDeclaration') continue;
    const from = statement.source.value;
    for (const specifier of statement.specifiers) {
      if (specifier.type === 'ImportSpecifier') yield { name: nameOf(specifier.imported), from };
      if (specifier.type === 'ImportNamespaceSpecifier')
        for (const name of membersOf(file.text, specifier.local.name)) yield { name, from };
    }
  }
}

/** What a file uses of a whole module, as `module.name`. */
function membersOf(text: string, module: string): readonly string[] {
  return text
    .split(`${module}.`)
    .slice(1)
    .flatMap((rest) => /^\w+/.exec(rest)?.[0] ?? []);
}

function moduleOf(file: SourceFile): Module {
  const declarations = new Map<string, Declaration>();
  const imports = new Map<string, ForeignName>();
  const exports = new Map<string, { readonly name: string; readonly from: string | null }>();
  const stars: string[] = [];
  for (const statement of statementsOf(file)) {
    if (statement.type === 'ExportAllDeclaration') stars.push(statement.source.value);
    if (statement.type === 'ImportDeclaration') {
      const from = statement.source.value;
      for (const specifier of statement.specifiers)
        if (specifier.type === 'ImportSpecifier')
          imports.set(specifier.local.name, { name: nameOf(specifier.imported), from });
      continue;
    }
    const isExport = statement.type === 'ExportNamedDeclaration';
    for (const specifier of isExport ? statement.specifiers : [])
      if (specifier.type === 'ExportSpecifier')
        exports.set(nameOf(specifier.exported), {
          name: nameOf(specifier.local),
          from: (isExport && statement.source?.value) || null,
        });
    const declared = isExport ? (statement.declaration ?? null) : statement;
    if (declared === null) continue;
    for (const name of namesOf(declared)) {
      declarations.set(name, {
        path: file.path,
        line: statement.loc?.start.line ?? 0,
        isDocumented: hasDocComment(statement) || (declarations.get(name)?.isDocumented ?? false),
        madeOf: madeOfValue(declared, file.text),
      });
      if (isExport) exports.set(name, { name, from: null });
    }
  }
  return { declarations, imports, exports, stars };
}

function statementsOf({ path, text }: SourceFile): readonly Statement[] {
  const plugins: ('typescript' | 'jsx')[] = path.endsWith('x')
    ? ['typescript', 'jsx']
    : ['typescript'];
  return parse(text, { sourceType: 'module', plugins }).program.body;
}

function namesOf(statement: Statement): readonly string[] {
  switch (statement.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
    case 'ClassDeclaration':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return statement.id ? [statement.id.name] : [];
    case 'VariableDeclaration':
      return statement.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? id.name : []));
    default:
      return [];
  }
}

function nameOf(node: { readonly name: string } | { readonly value: string }): string {
  return 'name' in node ? node.name : node.value;
}

function madeOfValue(statement: Statement, text: string): string | null {
  if (statement.type !== 'TSTypeAliasDeclaration') return null;
  const { start, end } = statement.typeAnnotation;
  const [, ...values] = MADE_OF_A_VALUE.exec(text.slice(start ?? 0, end ?? 0)) ?? [];
  return values.find((value) => value !== undefined) ?? null;
}

function hasDocComment({ leadingComments }: Statement): boolean {
  const comment = leadingComments?.findLast(({ type }) => type === 'CommentBlock');
  return comment?.value.startsWith('*') ?? false;
}
