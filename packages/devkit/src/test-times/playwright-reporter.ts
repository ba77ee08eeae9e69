import { relative } from 'node:path';
import { repositoryRoot } from '../repository.ts';
import { addTestTimes } from './test-times.ts';

/** What is used of Playwright's TestCase; Playwright itself belongs to the root of the repository. */
interface EndedTest {
  readonly title: string;
  readonly location: { readonly file: string };
}

/** Leaves the time of each journey for the list of the slowest. */
export default class TestTimesReporter {
  onTestEnd({ location, title }: EndedTest, { duration }: { readonly duration: number }): void {
    addTestTimes([{ file: relative(repositoryRoot, location.file), title, ms: duration }]);
  }

  /** Beside the reporter that prints. */
  printsToStdio(): boolean {
    return false;
  }
}
