import { describe, expect, it } from 'vitest';
import { signAws } from './sigv4.ts';

// Published by AWS: its Signature Version 4 test suite, and the worked example of its documentation.
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const suite = {
  ...key,
  region: 'us-east-1',
  service: 'service',
  at: new Date('2015-08-30T12:36:00Z'),
  body: '',
  headers: {},
};
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

describe('signAws', () => {
  it.each([
    [
      'get-vanilla',
      { method: 'GET', url: 'https://example.amazonaws.com/' },
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'post-vanilla',
      { method: 'POST', url: 'https://example.amazonaws.com/' },
      '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b',
    ],
    [
      'get-vanilla-query-order-key-case',
      { method: 'GET', url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1' },
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-x-www-form-urlencoded',
      { method: 'POST', url: 'https://example.amazonaws.com/', headers: form, body: 'Param1=value1' },
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ])('gives the signature of the test suite: %s', (_name, request, signature) => {
    expect(signAws({ ...suite, ...request })['Authorization']).toMatch(new RegExp(`Signature=${signature}$`));
  });

  it('gives the headers of the worked example, a call of IAM', () => {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const url = 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08';
    expect(signAws({ ...suite, method: 'GET', url, headers, service: 'iam' })).toEqual({
      ...headers,
      'X-Amz-Date': '20150830T123600Z',
      Authorization:
        'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    });
  });
});
