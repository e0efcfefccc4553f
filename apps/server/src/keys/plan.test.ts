import fc from 'fast-check';
import { expect, it } from 'vitest';
import { due, isSettled, nextStage, nextStep, type PlaceFacts, type Versions } from './plan.ts';

/** A host as it is, and what we know of it. */
interface Host {
  place: PlaceFacts;
  lines: Set<number>;
}

/** Does one step on a host, with the line cut wherever `fault` says; knows afterwards what the worker would. */
function step(versions: Versions, host: Host, fault: 'none' | 'before' | 'after' | 'unproven'): void {
  const todo = nextStep(versions, host.place);
  if (todo === undefined) return;
  // Said before the first packet.
  host.place = { ...host.place, placed: [...new Set([...host.place.placed, ...todo.add])] };
  if (fault === 'before') return;
  for (const version of todo.add) host.lines.add(version);
  for (const version of todo.remove) host.lines.delete(version);
  if (fault === 'after' || fault === 'unproven') return;
  const placed = host.place.placed.filter((version) => !todo.remove.includes(version));
  const proven = [...new Set([...host.place.proven, ...todo.add])].filter((version) => !todo.remove.includes(version));
  host.place = { ...host.place, placed, proven };
}

it('rotates over any faults without a moment in which a proven key does not work, and leaves no former key behind', () => {
  const faults = fc.array(fc.tuple(fc.nat(3), fc.constantFrom('none', 'before', 'after', 'unproven')), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), faults, fc.boolean(), (count, turns, givesUp) => {
      let versions: Versions = { stage: 'rotating', current: 1, next: 2 };
      const hosts = Array.from({ length: count }, (): Host => ({
        place: { wanted: true, placed: [1], proven: [1] },
        lines: new Set([1]),
      }));
      const places = () => hosts.map(({ place }) => place);
      const turn = (at: number, fault: 'none' | 'before' | 'after' | 'unproven'): void => {
        const host = hosts[at % count];
        if (host) step(versions, host, fault);
        const goes = nextStage(versions, places());
        if (goes === 'commit') versions = { stage: 'cleaning', current: 2, next: undefined };
        if (goes === 'settled') versions = { ...versions, stage: 'settled' };
        // What the vault has as current works everywhere, whatever happened.
        for (const { lines } of hosts) expect(lines.has(versions.current)).toBe(true);
      };
      turns.forEach(([at, fault], n) => {
        turn(at, fault);
        if (givesUp && n === 5 && versions.stage === 'rotating')
          versions = { stage: 'withdrawing', current: 1, next: undefined };
      });
      for (let at = 0; at < count * 4; at += 1) turn(at, 'none');
      for (const { lines, place } of hosts) {
        expect([...lines]).toEqual([versions.current]);
        expect(place).toEqual({ wanted: true, placed: [versions.current], proven: [versions.current] });
      }
      expect(versions.stage).toBe('settled');
    }),
  );
});

it('takes everything out where it is not wanted any more, also what may have been sent and was never proven', () => {
  const versions: Versions = { stage: 'rotating', current: 1, next: 2 };
  const place = { wanted: false, placed: [1, 2], proven: [1] };
  expect(due(versions, place)).toEqual([]);
  expect(nextStep(versions, place)).toEqual({ add: [], remove: [1, 2] });
  expect(isSettled(versions, { wanted: false, placed: [], proven: [] })).toBe(true);
  // It does not hold a rotation up either.
  expect(nextStage(versions, [place, { wanted: true, placed: [1, 2], proven: [1, 2] }])).toBe('commit');
  expect(nextStage(versions, [{ wanted: true, placed: [1, 2], proven: [1] }])).toBeUndefined();
  expect(nextStage({ ...versions, stage: 'settled' }, [place])).toBeUndefined();
});
