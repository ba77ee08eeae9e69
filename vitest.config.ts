import { defineConfig } from 'vitest/config';

const nodeWorkspaces = [
  'apps/cluster-node',
  'apps/demo-agent',
  'packages/agent',
  'packages/bench',
  'packages/conversation',
  'packages/database',
  'packages/devkit',
  'packages/protocol',
  'packages/raft',
];

/** A condition is waited for as long as a busy machine needs: a second is not enough for a process to start. */
const patience = { poll: { timeout: 15_000 } };

const projectName = (workspace: string): string => workspace.slice(workspace.indexOf('/') + 1);

export default defineConfig({
  test: {
    projects: [
      ...nodeWorkspaces.map((workspace) => ({
        test: {
          name: projectName(workspace),
          root: workspace,
          include: ['src/**/*.test.ts'],
          expect: patience,
        },
      })),
      // A test that needs a DOM says so in its first line: // @vitest-environment happy-dom
      {
        test: {
          name: 'client',
          root: 'packages/client',
          include: ['src/**/*.test.{ts,tsx}'],
          expect: patience,
        },
      },
      { test: { name: 'examples', root: 'examples', include: ['*.test.ts'], expect: patience } },
      {
        resolve: { alias: { '@/': `${import.meta.dirname}/apps/web/` } },
        test: {
          name: 'web',
          root: 'apps/web',
          include: ['{app,components,lib}/**/*.test.{ts,tsx}', '*.test.ts'],
        },
      },
      {
        test: {
          name: 'integration',
          root: 'apps/cluster-node',
          include: ['test/**/*.test.ts'],
          fileParallelism: false,
          expect: patience,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
