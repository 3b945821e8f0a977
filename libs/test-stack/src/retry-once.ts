import { expect, jest } from '@jest/globals';

// A test that starts processes can lose a race on a busy machine once; twice is a fault. The first failure is printed.
if (expect.getState().testPath?.includes('.e2e.') === true)
  jest.retryTimes(1, { logErrorsBeforeRetry: true, retryImmediately: true });
