import type { Parents, Root } from 'mdast';
import { gfmAutolinkLiteral } from 'micromark-extension-gfm-autolink-literal';
import type { Code, Construct, Effects, Extension, State, Tokenizer } from 'micromark-util-types';
import type {} from 'remark-parse';
import type { Processor } from 'unified';

/** Punctuation of Chinese, Japanese and Korean that ends an address in a sentence; none of it is a part of one. */
const CJK_PUNCTUATION =
  /[\u2018-\u201D\u2026\u3000-\u3003\u3008-\u3011\u3014-\u301F\uFF01-\uFF0F\uFF1A-\uFF20\uFF3B-\uFF40\uFF5B-\uFF65]/;
const SPACE = 32;

/**
 * Addresses in a text end before Chinese, Japanese and Korean punctuation. GitHub's rule knows only spaces as their end, so that the
 * rest of a sentence, and its markdown, became a part of the link.
 */
export function remarkCjkAutolinks(this: Processor): (tree: Root) => void {
  const data = this.data();
  data.micromarkExtensions ??= [];
  data.micromarkExtensions.push(cjkAutolinks());
  return cutLinks;
}

/** Links that were found in the text after it was parsed ("：www.example.org") have no place in it, and are cut here. */
function cutLinks(parent: Parents): void {
  for (let at = 0; at < parent.children.length; at += 1) {
    const child = parent.children[at];
    if (child === undefined || !('children' in child)) continue;
    const [text] = child.children;
    if (child.type !== 'link' || child.position !== undefined || text?.type !== 'text') {
      cutLinks(child);
      continue;
    }
    const length = text.value.search(CJK_PUNCTUATION);
    if (length < 0) continue;
    const rest = text.value.slice(length);
    child.url = child.url.slice(0, child.url.length - rest.length);
    text.value = text.value.slice(0, length);
    parent.children.splice(at + 1, 0, { type: 'text', value: rest });
  }
}

const REPLACED = ['protocolAutolink', 'wwwAutolink'];

function cjkAutolinks(): Extension {
  const text: Record<number, Construct[]> = {};
  for (const [code, constructs] of Object.entries(gfmAutolinkLiteral().text ?? {}))
    text[Number(code)] = [constructs].flat().flatMap((construct) => {
      if (construct?.name === undefined || !REPLACED.includes(construct.name)) return [];
      const { name, tokenize } = construct;
      return [{ ...construct, name: `${name}Cjk`, tokenize: endingAtPunctuation(tokenize) }];
    });
  return { text, disable: { null: REPLACED } };
}

/** The tokenizer of an address, whose host and path end before such punctuation. */
function endingAtPunctuation(tokenize: Tokenizer): Tokenizer {
  return function tokenizeAddress(effects, ok, nok) {
    const inner: Effects = {
      ...effects,
      attempt: (construct, after, bogus) => effects.attempt(ending(construct), after, bogus),
      check: (construct, after, bogus) => effects.check(ending(construct), after, bogus),
    };
    return tokenize.call(this, inner, ok, nok);
  };
}

type Constructs = Parameters<Effects['attempt']>[0];

function ending(construct: Constructs): Constructs {
  if (!isConstruct(construct)) return construct;
  return { ...construct, tokenize: seeingSpaces(endingAtPunctuation(construct.tokenize)) };
}

function isConstruct(construct: Constructs): construct is Construct {
  return !Array.isArray(construct) && typeof construct.tokenize === 'function';
}

/** A tokenizer to which such punctuation is a space; what comes after it sees what stands there. */
function seeingSpaces(tokenize: Tokenizer): Tokenizer {
  return function tokenizePart(effects, ok, nok) {
    let real: Code = null;
    let isDone = false;
    const end = (after: State) => () => {
      isDone = true;
      return after(real);
    };
    const seen =
      (state: State): State =>
      (code) => {
        real = code;
        const next = state(isCjkPunctuation(code) ? SPACE : code);
        return next === undefined || isDone ? next : seen(next);
      };
    return seen(tokenize.call(this, effects, end(ok), end(nok)));
  };
}

function isCjkPunctuation(code: Code): boolean {
  return code !== null && code > 0 && CJK_PUNCTUATION.test(String.fromCharCode(code));
}
