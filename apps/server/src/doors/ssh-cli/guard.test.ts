import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createGuard, usualLimits } from './guard.ts';

const socket = (remoteAddress: string): Socket => Object.assign(new EventEmitter(), { remoteAddress }) as Socket;

describe('the guard of the SSH command line', () => {
  it('takes so many connections in, of all and of one address, and as many again as have ended', () => {
    const guard = createGuard({ ...usualLimits, connections: 3, connectionsOfAddress: 2 });
    const first = socket('192.0.2.1');
    expect([first, socket('192.0.2.1'), socket('192.0.2.1')].map((one) => guard.admit(one))).toEqual([
      true,
      true,
      false,
    ]);
    expect([socket('192.0.2.2'), socket('192.0.2.3')].map((one) => guard.admit(one))).toEqual([true, false]);
    first.emit('close');
    expect([socket('192.0.2.1'), socket('192.0.2.1')].map((one) => guard.admit(one))).toEqual([true, false]);
  });
  it('keeps out an address that fails too often, until it is forgiven, and no other', () => {
    let now = 0;
    const guard = createGuard({ ...usualLimits, failures: 2, forgiveMs: 1000 }, () => now);
    const admits = (address: string): boolean => {
      const one = socket(address);
      const admitted = guard.admit(one);
      one.emit('close');
      return admitted;
    };
    guard.failed('192.0.2.1');
    expect(admits('192.0.2.1')).toBe(true);
    guard.failed('192.0.2.1');
    expect([admits('192.0.2.1'), admits('192.0.2.2')]).toEqual([false, true]);
    now = 999;
    expect(admits('192.0.2.1')).toBe(false);
    now = 1000;
    expect(admits('192.0.2.1')).toBe(true);
    now = 60_000;
    guard.failed('192.0.2.1');
    expect(admits('192.0.2.1')).toBe(true);
  });
});
