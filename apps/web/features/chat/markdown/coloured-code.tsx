import type { CSSProperties } from 'react';
import type { CodeLines, CodeToken } from './highlight.ts';

/** Both colours are there; the theme's style chooses, so that a change of theme draws nothing anew. */
export function ColouredCode({ lines }: { readonly lines: CodeLines }) {
  return (
    <code>
      {lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of code have no other identity
        <span key={index}>
          {line.map((token, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: neither have its words
            <span key={place} className="code-token" style={styleOf(token)}>
              {token.text}
            </span>
          ))}
          {index < lines.length - 1 && '\n'}
        </span>
      ))}
    </code>
  );
}

interface TokenStyle extends CSSProperties {
  readonly '--light'?: string;
  readonly '--dark'?: string;
}

function styleOf(token: CodeToken): TokenStyle {
  return {
    ...(token.light === null ? {} : { '--light': token.light }),
    ...(token.dark === null ? {} : { '--dark': token.dark }),
  };
}
