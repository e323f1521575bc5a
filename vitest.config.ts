import { defineConfig } from 'vitest/config';

/**
 * `unit` tests are pure and run side by side; `kernel` tests enter this machine's kernel and run one file at a time; `vm` runs those, and the
 * `*.vm.test.ts` that need more than this kernel has, on other kernels.
 */
const conditions = ['source', 'module', 'node', 'import', 'default'];

export default defineConfig({
  ssr: { resolve: { conditions, externalConditions: ['source'] } },
  resolve: { conditions },
  test: {
    reporters: ['default', './scripts/closing-line-reporter.mjs'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/{src,catalogue}/**/*.test.ts', 'scripts/**/*.test.ts'],
          sequence: { groupOrder: 0 },
          // Property tests take their time on a busy machine.
          testTimeout: 60_000,
          exclude: ['**/*.{kernel,vm}.test.ts', '**/node_modules/**', '**/dist/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'kernel',
          include: ['packages/*/{src,catalogue}/**/*.kernel.test.ts', 'test/**/*.test.ts'],
          exclude: ['**/*.vm.test.ts', 'test/ground/vm/vm.test.ts', '**/node_modules/**', '**/dist/**'],
          globalSetup: ['test/ground/cluster-of-run.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: { name: 'vm', include: ['test/ground/vm/vm.test.ts'], sequence: { groupOrder: 2 } },
      },
    ],
  },
});
