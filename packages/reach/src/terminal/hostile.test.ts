import { expect, it } from 'vitest';
import { Unreachable, type Greeting } from '@strongroom/driver-kit';
import { signIn } from '../credentials.ts';
import { arrive, logIn } from './greet.ts';
import { Reader, type Wire } from './wire.ts';

/** A device that writes what `answers` has for each line or key that it gets. */
function device(answers: (got: string) => string): { wire: Wire; say: (text: string) => void; pressed: () => number } {
  let heard: (text: string) => void = () => undefined;
  let pressed = 0;
  const wire: Wire = {
    send(text) {
      pressed += 1;
      setImmediate(() => {
        heard(answers(text));
      });
    },
    carries: () => true,
    onText: (listener) => void (heard = listener),
    onClose: () => undefined,
    close: () => undefined,
  };
  return {
    wire,
    say: (text) => {
      heard(text);
    },
    pressed: () => pressed,
  };
}
const greeting: Greeting = {
  username: /login: $/,
  password: /password: $/,
  prompt: /# $/,
  refused: /refused/,
  press: { when: /any key$/, key: '\r' },
};
const login = { username: 'ana', password: { expose: () => 'Word-1' } };
/** Longer than all of this takes on any machine, and far shorter than patterns that go back and forth over the text. */
const patienceMs = 3000;

it('a flood of words that ask for another password holds nobody up', async () => {
  const { wire, say } = device(() => '');
  const reader = new Reader(wire, 1500);
  const begun = performance.now();
  const ended = expect(arrive(wire, reader, greeting)).rejects.toThrow();
  for (let n = 0; n < 20; n++) {
    say(`${'new password '.repeat(700)}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
  expect(performance.now() - begun).toBeLessThan(patienceMs);
});

it('an endless question in place of a sign-in over SSH holds nobody up', () => {
  const gaveUp: unknown[] = [];
  const attempt = signIn(
    login,
    () => Promise.resolve(),
    (why) => gaveUp.push(why),
  );
  const begun = performance.now();
  attempt.handler(['keyboard-interactive'], false, () => undefined);
  attempt.handler(['keyboard-interactive'], false, (method) => {
    if (typeof method !== 'object' || method.type !== 'keyboard-interactive') throw new Error('another way');
    const ask = (instructions: string, question: string) => {
      method.prompt('', instructions, '', [{ prompt: question, echo: false }], () => undefined);
    };
    ask('', 'Password: ');
    ask('new '.repeat(60_000), 'x');
  });
  expect(gaveUp).toEqual([expect.any(Unreachable)]);
  expect(performance.now() - begun).toBeLessThan(patienceMs);
});

it.each([
  ['waits for a key', () => '\npress any key', 'press any key'],
  ['wants a key in place of a password', () => '\npress any key', 'login: '],
])('a device that %s for ever is left', async (_, answers, first) => {
  const { wire, say, pressed } = device(answers);
  const reader = new Reader(wire, 1000);
  say(first);
  const signingIn = first === 'login: ' ? logIn(wire, reader, greeting, login) : arrive(wire, reader, greeting);
  await expect(signingIn).rejects.toThrow(Unreachable);
  expect(pressed()).toBeLessThan(50);
});
