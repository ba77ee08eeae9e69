import { relative } from 'node:path';
import { repositoryRoot } from '../repository.ts';
import { addTestTimes } from './test-times.ts';

/** What is used of Vitest's TestModule; Vitest itself belongs to the root of the repository. */
interface EndedModule {
  readonly moduleId: string;
  readonly children: {
    allTests(): Iterable<{
      readonly fullName: string;
      diagnostic(): { readonly duration: number } | undefined;
    }>;
  };
}

/** Leaves the time of each test for the list of the slowest. */
export default class TestTimesReporter {
  onTestModuleEnd({ moduleId, children }: EndedModule): void {
    const file = relative(repositoryRoot, moduleId);
    addTestTimes(
      [...children.allTests()].flatMap((test) => {
        const ms = test.diagnostic()?.duration;
        return ms === undefined ? [] : [{ file, title: test.fullName, ms }];
      }),
    );
  }
}
