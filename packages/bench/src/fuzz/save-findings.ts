import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './oracle/findings.ts';

const SUSPECTS_SAVED_MAX = 4;

/** One line of the report. */
export interface FoundLine {
  readonly kind: string;
  readonly detail: string;
  readonly count: number;
  /** The input that did it, alone; null: nothing that was tried alone did. */
  readonly input: string | null;
  /** Files that `--replay` takes. */
  readonly files: readonly string[];
}

/** Writes the inputs of every finding, each a file that can be played again or moved into the corpus. */
export function saveFindings(findings: readonly Finding[], folder: string): readonly FoundLine[] {
  mkdirSync(folder, { recursive: true });
  return findings.map((finding, number) => {
    const { kind, detail, count, confirmed } = finding;
    const inputs = confirmed === null ? finding.suspects.slice(0, SUSPECTS_SAVED_MAX) : [confirmed];
    const files = inputs.map((input, at) => {
      const name = `${String(number + 1).padStart(3, '0')}-${kind}-${at + 1}-${fileName(input.name)}.json`;
      const file = join(folder, name);
      writeFileSync(file, `${JSON.stringify(input, null, 1)}\n`);
      return file;
    });
    return { kind, detail, count, input: confirmed?.name ?? null, files };
  });
}

function fileName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
}
