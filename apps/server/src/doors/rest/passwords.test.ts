import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { input, problem, result, startDoor, type Door } from './testing/door.ts';
import { admin, attempt } from './testing/rows.ts';

let door: Door;
beforeEach(async () => {
  door = await startDoor();
});
afterEach(() => door.stop());

describe('passwords', () => {
  const path = '/resources/303/accounts/307/password';
  it('are given with reason and ticket, under the name that clients compare', async () => {
    expect(
      (await door.send('GET', `${path}?${new URLSearchParams(input({ REASON: 'Need it', TICKETID: 7 })).toString()}`))
        .text,
    ).toBe(
      '{"operation":{"name":"GET PASSWORD","result":{"status":"Success","message":"Password fetched successfully"},"Details":{"PASSWORD":"p\\"\\\\&+%= ü"}}}',
    );
    expect(door.inputOf('account.reveal')).toEqual({
      accountId: admin['id'],
      purpose: 'use',
      reason: 'Need it',
      ticket: '7',
    });
  });
  it('are given without either, empty texts not being given', async () => {
    await door.send('GET', `${path}?${new URLSearchParams(input({ REASON: '', TICKETID: '' })).toString()}`);
    expect(door.inputOf('account.reveal')).toEqual({ accountId: admin['id'], purpose: 'use' });
  });
  it('are given where a client sends a letter for a reason and none is asked for; where one is, that is none', async () => {
    const sent = `${path}?${new URLSearchParams(input({ REASON: ' r ' })).toString()}`;
    expect((await door.send('GET', sent)).operation.result.status).toBe('Success');
    expect(door.inputOf('account.reveal')).toEqual({ accountId: admin['id'], purpose: 'use' });
    const request = await door.send('POST', '/accounts/307/requestpassword', input({ REASON: '-' }));
    expect(request.operation.result).toEqual({
      status: 'Failed',
      message: 'Give a reason first: the organisation asks for one.',
    });
    expect(door.inputOf('account.request')).toBeUndefined();
  });
  it('are refused with our reason and without Details', async () => {
    door.answers['account.reveal'] = problem('reason-required');
    expect((await door.send('GET', path)).operation).toEqual({
      name: 'GET PASSWORD',
      result: { status: 'Failed', message: 'Give a reason first: the organisation asks for one.' },
    });
  });
  it('are changed in the vault alone', async () => {
    expect(
      (
        await door.send(
          'PUT',
          path,
          input({ NEWPASSWORD: 'Test@12345$', RESETTYPE: 'LOCAL', REASON: 'Password Expired', TICKETID: '7' }),
        )
      ).text,
    ).toBe(
      '{"operation":{"name":"CHANGE PASSWORD","result":{"status":"Success","message":"Password changed successfully"}}}',
    );
    expect(door.inputOf('account.change-password')).toEqual({
      accountId: admin['id'],
      password: 'Test@12345$',
      where: 'local',
      reason: 'Password Expired',
      ticket: '7',
    });
  });
  it('say what a weak one lacks, and what is missing', async () => {
    door.answers['account.change-password'] = problem('password-weak', {
      detail: 'Policy ‘Strong’.',
      errors: [{ path: 'password', message: 'It is too short.' }],
    });
    expect((await door.send('PUT', path, input({ NEWPASSWORD: 'x' }))).operation.result.message).toBe(
      'The password does not meet the policy. Policy ‘Strong’. PASSWORD: It is too short.',
    );
    expect((await door.send('PUT', path, input({}))).operation.result.message).toContain('NEWPASSWORD is missing');
    expect(
      (await door.send('PUT', path, input({ NEWPASSWORD: 'x', RESETTYPE: 'BOTH' }))).operation.result.message,
    ).toContain('RESETTYPE must be LOCAL or REMOTE');
    expect(
      (await door.send('PUT', '/resources/1000000/accounts/1000000/password', input({ NEWPASSWORD: 'x' }))).operation
        .result,
    ).toEqual({ status: 'Failed', message: 'No such account found' });
  });
  it.each([
    [['applying', 'applied', 'promoted'], 'Success', 'Password changed successfully'],
    [['rolled-back'], 'Failed', 'Password is not changed. Because.'],
    [
      ['applying', 'needs-person'],
      'Failed',
      'Password change needs a person: neither the old nor the new password is proven. Because.',
    ],
    [['unverified'], 'Failed', 'Password change is not finished (unverified) and goes on in the background. Because.'],
  ])('are changed on the target, waiting through %j', async (states, status, message) => {
    const left = [...states];
    door.answers['attempt.read'] = () => attempt(left.length > 1 ? (left.shift() ?? '') : (left[0] ?? ''), 'Because.');
    expect((await door.send('PUT', path, input({ NEWPASSWORD: 'x', RESETTYPE: 'remote' }))).operation.result).toEqual({
      status,
      message,
    });
    expect(door.inputOf('account.change-password')).toMatchObject({ where: 'target' });
    expect(left).toHaveLength(1);
  });
  it('are opened without reading the account, which is read only for the word in its place', async () => {
    await door.send('GET', path);
    expect(door.asked.map(({ name }) => name)).toEqual(['account.reveal']);
    door.answers['account.reveal'] = problem('approval-required');
    expect((await door.send('GET', path)).operation.Details).toEqual({ PASSWORD: '[Request]' });
    expect(door.asked.map(({ name }) => name).slice(1)).toEqual(['account.reveal', 'account.read']);
    // Neither by the number of another resource, nor by none.
    for (const wrong of ['304/accounts/307', '303/accounts/308', '303/accounts/0', 'x/accounts/307'])
      expect((await door.send('GET', `/resources/${wrong}/password`)).operation).toEqual({
        name: 'GET PASSWORD',
        result: { status: 'Failed', message: 'No such account found' },
      });
  });
  it('come with their resource as JSON in a text, or the reason why not', async () => {
    const { operation } = await door.send(
      'GET',
      '/resources/getResourceAccountDetails?RESOURCEID=303&ACCOUNTID=307&REASON=Need+it',
    );
    const details = operation.Details as Record<string, string>;
    expect(JSON.parse(details['ACCOUNTDETAILS'] ?? '')).toEqual({ PASSWORD: 'p"\\&+%= ü' });
    expect(JSON.parse(details['RESOURCEDETAILS'] ?? '')).toMatchObject({ 'RESOURCE NAME': 'Windows Server' });
    expect(door.inputOf('account.reveal')).toMatchObject({ reason: 'Need it' });
    door.answers['account.reveal'] = problem('reason-required');
    const refused = (await door.send('GET', '/resources/getResourceAccountDetails?RESOURCEID=303&ACCOUNTID=307'))
      .operation.Details as Record<string, string>;
    expect(JSON.parse(refused['ACCOUNTDETAILS'] ?? '')).toEqual({
      PASSWORD_REASON: 'Give a reason first: the organisation asks for one.',
    });
  });
});

describe('a ticket', () => {
  const path = '/accounts/307/validateHelpDeskID';
  const validated = (query: string) => result(door.send('GET', `${path}${query}`));
  it('is looked at by itself, wherever it and the reason are written', async () => {
    for (const query of [
      '?REASON=Need+it&TICKETID=7',
      `?${new URLSearchParams(input({ REASON: 'Need it', TICKETID: 7 })).toString()}`,
    ]) {
      expect(await validated(query)).toBe('200 VALIDATE_HELPDESKID: Success, Ticket ID validated successfully');
      expect(door.inputOf('account.check-ticket')).toEqual({
        accountId: admin['id'],
        ticket: '7',
        reason: 'Need it',
      });
    }
    expect(door.inputOf('account.reveal')).toBeUndefined();
  });
  it('that is not good, missing, or of no account fails with the reason why', async () => {
    door.answers['account.check-ticket'] = () => ({ good: false, why: 'It is closed.' });
    expect(await validated('?TICKETID=7')).toBe('200 VALIDATE_HELPDESKID: Failed, It is closed.');
    expect(await validated('?TICKETID=')).toContain('Failed, The request is not valid. TICKETID is missing.');
    door.answers['account.check-ticket'] = problem('not-found');
    expect(await validated('?TICKETID=7')).toBe('200 VALIDATE_HELPDESKID: Failed, No such account found');
    door.answers['account.check-ticket'] = problem('ticket-unchecked', { detail: 'It did not answer in 10 seconds.' });
    expect(await validated('?TICKETID=7')).toContain('could not be checked. Try again in a moment. It did not answer');
  });
});
