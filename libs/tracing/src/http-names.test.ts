import { expect, test } from '@jest/globals';
import { redactQuery } from './http-names.ts';

test.each([
  ['access_token=abc&page=2', 'access_token=[redacted]&page=2'],
  [
    'X-Amz-Signature=a&X-Amz-Credential=b&X-Amz-Security-Token=c',
    'X-Amz-Signature=[redacted]&X-Amz-Credential=[redacted]&X-Amz-Security-Token=[redacted]',
  ],
  [
    'AWSAccessKeyId=a&Signature=b&sig=c&X-Goog-Signature=d',
    'AWSAccessKeyId=[redacted]&Signature=[redacted]&sig=[redacted]&X-Goog-Signature=[redacted]',
  ],
  ['design=a&signal&sig&signatures=3', 'design=a&signal&sig&signatures=3'],
])('of %s is seen %s', (query, seen) => {
  expect(redactQuery(query)).toBe(seen);
});
