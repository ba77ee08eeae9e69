import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const nodeWorkspaces = [
  'apps/cluster-node',
  'apps/demo-agent',
  'packages/agent',
  'packages/bench',
  'packages/cli',
  'packages/conversation',
  'packages/database',
  'packages/devkit',
  'packages/protocol',
  'packages/raft',
];

/**
 * What a busy machine needs: a condition is waited for until it holds, and a test is given longer than the conditions in it.
 * With two cores Vitest's default is one worker, which leaves a core idle.
 */
const shared = {
  expect: { poll: { timeout: 15_000 } },
  testTimeout: 60_000,
  hookTimeout: 60_000,
  maxWorkers: '100%',
};

/** These take longest. What begins last should be short, or one core does nothing at the end. */
const LONGEST_FILES = [
  'packages/raft/src/sim/system/system.test.ts',
  'packages/raft/src/sim/system/known-seeds.test.ts',
  'packages/raft/src/sim/algorithm/algorithm.test.ts',
  'packages/raft/src/wal/log/segmented-wal.test.ts',
  'apps/cluster-node/test/membership.test.ts',
  'apps/cluster-node/test/cluster.test.ts',
  'apps/cluster-node/test/deliveries.test.ts',
];

class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST_FILES.findIndex((file) => moduleId.endsWith(file));
      return at < 0 ? LONGEST_FILES.length : at;
    };
    return (await super.sort(specifications)).sort((a, b) => rank(a) - rank(b));
  }
}

/** A sequencer of our own would take the place of the random one. */
const isShuffled = process.argv.some((argument) => argument.startsWith('--sequence.shuffle'));

const CLUSTER_NODE = 'apps/cluster-node';
/** Fails a test in which a component of the node holds the event loop for too long. */
const SHORT_TURNS = './src/telemetry/testing/short-turns.ts';

const projectName = (workspace: string): string => workspace.slice(workspace.indexOf('/') + 1);

export default defineConfig({
  test: {
    ...(isShuffled ? {} : { sequence: { sequencer: LongestFirst } }),
    projects: [
      ...nodeWorkspaces.map((workspace) => ({
        test: {
          ...shared,
          name: projectName(workspace),
          root: workspace,
          include: ['src/**/*.test.ts'],
          setupFiles: workspace === CLUSTER_NODE ? [SHORT_TURNS] : [],
        },
      })),
      // A test that needs a DOM says so in its first line: // @vitest-environment happy-dom
      {
        test: {
          ...shared,
          name: 'client',
          root: 'packages/client',
          include: ['src/**/*.test.{ts,tsx}'],
        },
      },
      { test: { ...shared, name: 'examples', root: 'examples', include: ['*.test.ts'] } },
      {
        resolve: {
          alias: {
            '@/': `${import.meta.dirname}/apps/web/`,
            // Outside of Next's server it throws, which is what it is for.
            'server-only': `${import.meta.dirname}/node_modules/server-only/empty.js`,
          },
        },
        test: {
          ...shared,
          name: 'web',
          root: 'apps/web',
          include: [
            '{app,features,server,common,scripts,shell,ui}/**/*.test.{ts,tsx}',
            '*.test.ts',
          ],
        },
      },
      {
        test: {
          ...shared,
          name: 'integration',
          root: 'apps/cluster-node',
          include: ['test/**/*.test.ts'],
          // Each file starts three to five processes, which wait most of the time.
          maxWorkers: 2,
          expect: { poll: { timeout: 60_000 } },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
