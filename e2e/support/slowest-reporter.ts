import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

const SHOWN_MAX = 10;

/** Prints the tests that took longest, at the end of a run. */
export default class SlowestReporter implements Reporter {
  readonly #took: { readonly title: string; readonly ms: number }[] = [];

  onTestEnd({ title }: TestCase, { duration }: TestResult): void {
    this.#took.push({ title, ms: duration });
  }

  onEnd(): void {
    const slowest = this.#took.toSorted((a, b) => b.ms - a.ms).slice(0, SHOWN_MAX);
    const lines = slowest.map(
      ({ title, ms }) => `  ${(ms / 1000).toFixed(1).padStart(6)} s  ${title}`,
    );
    process.stdout.write(`\nThe ${slowest.length} slowest of ${this.#took.length} tests:\n`);
    process.stdout.write(`${lines.join('\n')}\n`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
