/** @type {import('jest').Config} */
export default {
  testMatch: ['<rootDir>/{libs,services,scripts,examples}/**/*.test.ts', '<rootDir>/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/fixtures/'],
  modulePathIgnorePatterns: ['/dist/', '<rootDir>/.tools/', '<rootDir>/.tracelab/'],
  extensionsToTreatAsEsm: ['.ts'],
  // The workspace's packages are read from source, as in tsconfig.json's customConditions.
  testEnvironmentOptions: { customExportConditions: ['@tracelab/source', 'node'] },
  testTimeout: 20_000,
  globalSetup: './libs/test-stack/src/global-setup.ts',
  globalTeardown: './libs/test-stack/src/global-teardown.ts',
  setupFilesAfterEnv: ['<rootDir>/libs/test-stack/src/retry-once.ts'],
  // Suites that start processes need both cores only now and then; two workers keep them busy.
  maxWorkers: 2,
  collectCoverageFrom: ['{libs,services}/*/src/**/*.ts', '!**/*.test.ts', '!**/dist/**'],
  coverageReporters: ['text-summary', 'html'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
