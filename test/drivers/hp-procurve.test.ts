import { afterEach, describe, expect, it } from 'vitest';
import { targetAt } from '../peers/device.ts';
import { startProcurve } from '../peers/hp-procurve.ts';
import { by, deviceContract, fewPasswords, secret, theDriver } from './devices.ts';

const driver = theDriver('hp-procurve');
const next = secret('Next-Word-6');
const manager = by('manager', 'Manager-Old1');
const operator = { account: { username: 'operator', password: 'Operator-Old1' } };

deviceContract(driver, 'Telnet', () => startProcurve('Telnet', true), {}, operator);
deviceContract(driver, 'Telnet', () => startProcurve('Telnet', false), fewPasswords, operator);
deviceContract(driver, 'SSH', () => startProcurve('SSH', true), fewPasswords, operator);

const running: Awaited<ReturnType<typeof startProcurve>>[] = [];
afterEach(async () => {
  for (const peer of running.splice(0)) await peer.stop();
});
async function device(names: boolean, settings: object = {}) {
  const peer = await startProcurve('Telnet', names);
  running.push(peer);
  return { ...peer, target: targetAt(driver, peer, settings) };
}

describe('hp-procurve', () => {
  it('sets the manager by itself, and by the operator with the manager as second account', async () => {
    const { target, state, users } = await device(true);
    expect(await driver.reset?.(target, manager, { username: 'manager' }, next)).toEqual({ is: 'done' });
    expect(users.get('manager')).toBe('manager');
    const op = by('operator', 'Operator-Old1');
    const now = by('manager', 'Next-Word-6');
    expect(await driver.reset?.(target, op, { username: 'manager' }, secret('Other-Word-8'))).toMatchObject({
      is: 'refused',
    });
    expect(await driver.reset?.(target, op, { username: 'manager' }, secret('Other-Word-8'), manager)).toEqual({
      is: 'refused',
      why: 'the switch did not take the password of the manager',
    });
    expect(state.failures.get('manager')).toBe(1);
    expect(await driver.reset?.(target, op, { username: 'manager' }, secret('Other-Word-8'), now)).toEqual({
      is: 'done',
    });
    expect(state.passwords.get('manager')).toBe('Other-Word-8');
  });

  it('gives no name to a switch that has none, and none to one that asks when it should not', async () => {
    const unnamed = await device(false);
    expect(await driver.reset?.(unnamed.target, manager, { username: 'operator' }, next)).toEqual({ is: 'done' });
    expect(unnamed.state.typed).toContain('password operator');
    const named = await device(true, { asksUsername: false });
    expect(await driver.verify(named.target, manager)).toBe('unreachable');
    expect(named.state.failures.size).toBe(0);
  });

  it('writes to memory where the settings say so, and tells what the switch says of a password', async () => {
    const { target, state } = await device(true, { save: true });
    expect(await driver.reset?.(target, manager, { username: 'operator' }, secret('abc'))).toEqual({
      is: 'refused',
      why: 'Password must be 4 to 16 characters.',
    });
    expect(await driver.reset?.(target, manager, { username: 'operator' }, next)).toEqual({ is: 'done' });
    expect(state.saved.get('operator')).toBe('Next-Word-6');
  });
});
