import { describe, expect, it } from 'vitest';
import { Conversation, plainText, prompt, scrub } from './dialogue.ts';

const secret = (text: string) => ({ expose: () => text });

describe('prompt', () => {
  it.each([
    ['Password', "\nroot's Password: "],
    ['Old password | Current password:', 'Current password:'],
    ['(current) UNIX password', '(current) UNIX password: '],
    ['word', 'Title\nGive the WORD > '],
  ])('%j finds %j', (texts, written) => {
    expect(prompt(texts).test(written)).toBe(true);
  });
  it.each([
    ['New password', 'New passw'],
    ['New password', 'New password: \n'],
    ['New password', 'Your new password was too short.'],
    ['again', 'Try again.\nEnter new password: '],
  ])('%j does not find %j', (texts, written) => {
    expect(prompt(texts).test(written)).toBe(false);
  });
});

describe('a conversation', () => {
  const refused = prompt('New password');
  const steps = [
    { expect: prompt('Current password'), send: secret('old-1'), optional: true },
    { expect: prompt('New password'), send: secret('new-1'), refused },
    { expect: prompt('Retype'), send: secret('new-1'), refused },
  ];

  it('takes an answered repeat of the question for a refusal, but never the retyping', () => {
    const well = new Conversation(steps);
    expect(well.feed('Current password: ')).toEqual({ is: 'send', line: 'old-1' });
    expect(well.feed('\r\nNew password: ')).toEqual({ is: 'send', line: 'new-1' });
    expect(well.feed('\r\nRetype n')).toEqual({ is: 'wait' });
    expect(well.feed('ew password: ')).toEqual({ is: 'send', line: 'new-1' });
    expect(well.end(0)).toMatchObject({ code: 0, reached: 3, refused: false });

    const badly = new Conversation(steps);
    badly.feed('New password: ');
    expect(badly.feed('\r\nToo short.\r\nNew password: ')).toEqual({ is: 'refused' });
    expect(badly.feed('Retype new password: ')).toEqual({ is: 'wait' });
    expect(badly.end(0)).toMatchObject({ code: -1, reached: 2, refused: true });
  });

  it('never answers before it is asked, and hides what was echoed', () => {
    const conversation = new Conversation(steps);
    expect(conversation.feed('Retype: ')).toEqual({ is: 'wait' });
    conversation.feed('\nNew password: ');
    conversation.feed('new-1\r\n');
    expect(conversation.end(1).output).not.toContain('new-1');
  });

  it('stops listening to a flood', () => {
    const conversation = new Conversation(steps);
    conversation.feed('x'.repeat(70_000));
    expect(conversation.flooded).toBe(true);
    expect(conversation.feed('\nNew password: ')).toEqual({ is: 'wait' });
  });
});

it('plainText takes out colours, titles and bracketed paste, and makes line breaks alike', () => {
  expect(plainText('\u001b[?2004h\u001b]0;ana@h1\u0007\u001b[1;31mNew\u001b[0m password:\r\n\u001b(Bx\ry\u001b=')).toBe(
    'New password:\nx\ny',
  );
});

it('scrub takes out the longest secret first, and leaves the text when there is none', () => {
  expect(scrub('abc ab', ['ab', 'abc', ''])).toBe('[secret] [secret]');
  expect(scrub('abc', [])).toBe('abc');
});

it('looks for a prompt in a flood of them without going back and forth over it', () => {
  const conversation = new Conversation([{ expect: prompt('Old password'), send: 'x' }]);
  const begun = performance.now();
  for (let n = 0; n < 60; n++) conversation.feed(`${'old password:'.repeat(80)}x`);
  expect(performance.now() - begun).toBeLessThan(3000);
});
