import { describe, expect, it } from 'vitest';
import { Problem } from '../../platform/problem.ts';
import { readAddress, readParams } from './address.ts';
import { withFields } from './custom-fields.ts';
import { envelope, failure, sentence } from './envelope.ts';
import { clientTime } from './shapes.ts';

describe('the envelope', () => {
  it('is compact JSON with status, message and name', () => {
    expect(envelope('CREATE RESOURCE', { message: 'done' })).toBe(
      '{"operation":{"name":"CREATE RESOURCE","result":{"status":"Success","message":"done"}}}',
    );
  });
  it('has totalRows as a number, and no Details for an empty list', () => {
    expect(envelope('GET RESOURCES', { message: 'm', details: [], totalRows: 0 })).toBe(
      '{"operation":{"name":"GET RESOURCES","result":{"status":"Success","message":"m"},"totalRows":0}}',
    );
    expect(JSON.parse(envelope('X', { message: 'm', details: [{ A: '1' }], totalRows: 1 }))).toEqual({
      operation: { name: 'X', result: { status: 'Success', message: 'm' }, totalRows: 1, Details: [{ A: '1' }] },
    });
  });
  it('names what is wrong with the token as clients compare it', () => {
    expect(failure('GET RESOURCES', new Problem('signed-out'))).toBe(
      '{"operation":{"name":"Authentication","result":{"status":"Failed","message":"API key received is not associated to any user. Authentication failed."}}}',
    );
    expect(failure('GET RESOURCES', new Problem('wrong-host'), { 'wrong-host': 'no' })).toBe(
      '{"operation":{"name":"Authentication","result":{"status":"Failed","message":"User is not allowed to access from this host"}}}',
    );
  });
  it('says what an operation has its own words for, and our sentence otherwise', () => {
    const says = { 'not-found': 'No such account found' };
    expect(failure('GET PASSWORD', new Problem('not-found'), says)).toContain('"message":"No such account found"');
    expect(failure('GET PASSWORD', new Problem('reason-required'), says)).toContain(
      '"message":"Give a reason first: the organisation asks for one."',
    );
  });
  it('names the keys that the client sent, not ours', () => {
    const problem = new Problem('input-invalid', {
      errors: [
        { path: 'accounts.0.username', message: 'Too long' },
        { path: '', message: 'odd.' },
      ],
    });
    expect(sentence(problem)).toBe('The request is not valid. ACCOUNTNAME: Too long. odd.');
  });
});

describe('addresses', () => {
  it.each([
    ['/restapi/json/v1/resources', ['resources']],
    ['/restapi/json/v1//resources/1//accounts/', ['resources', '1', 'accounts']],
    ['//restapi/json/v1/resources/?AUTHTOKEN=x', ['resources']],
    ['/restapi/json/v1/resources/resourcename/Windows%20Server', ['resources', 'resourcename', 'Windows Server']],
    ['/restapi/json/v1/resources/resourcename/a%2Fb%252F+c', ['resources', 'resourcename', 'a/b%2F+c']],
    [
      `/restapi/json/v1/resources/resourcename/${Buffer.from('Büro').toString('latin1')}`,
      ['resources', 'resourcename', 'Büro'],
    ],
    ['/restapi/json/v1/a%FFb', ['a%FFb']],
    ['/restapi/json/v1', []],
  ])('takes %s apart', (target, segments) => {
    expect(readAddress(target, '/restapi/json/v1').segments).toEqual(segments);
  });
  it('reads parameters past empty pairs, the last of a name, in any case', () => {
    expect([...readParams('&USERNAME=a+b%26c&authtoken=1&AUTHTOKEN=2&flag&=x&BAD=%FF')]).toEqual([
      ['USERNAME', 'a b&c'],
      ['AUTHTOKEN', '2'],
      ['BAD', '%FF'],
    ]);
  });
});

describe('custom fields in a text', () => {
  it('are lines below it, and replace the line of the same label', () => {
    expect(withFields('', [{ label: 'Secure Resource', value: 'YES' }])).toBe('Secure Resource: YES');
    expect(
      withFields('A server\nUsage: test', [
        { label: 'Usage', value: 'live' },
        { label: 'Rack', value: '7' },
      ]),
    ).toBe('A server\nUsage: live\nRack: 7');
  });
});

describe('times', () => {
  it('are written as clients parse them', () => {
    expect(clientTime(new Date(2021, 11, 1, 21, 0))).toBe('Dec 1, 2021 09:00 PM');
    expect(clientTime(new Date(2024, 0, 15, 0, 5))).toBe('Jan 15, 2024 12:05 AM');
  });
});
