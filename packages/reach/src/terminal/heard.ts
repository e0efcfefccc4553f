import { plainText } from '@strongroom/driver-kit';

/**
 * What somebody at the terminal would read, of the raw output since the last key: no ANSI sequences, erased characters
 * gone. With `echoed`, what comes before the first line break is the echo of what was typed, which must not be taken for
 * an answer; undefined while that has not ended.
 */
export function heardText(raw: string, echoed: boolean): string | undefined {
  // Next line and index (ECMA-48 8.3.86, ESC E; ESC D) move down as a line break does: HP's switches write no other.
  const text = erased(plainText(raw.replace(/\u001b[ED]/g, '\n')))
    .replaceAll('\u0000', '')
    .replaceAll('\u0007', '');
  if (!echoed) return text;
  const end = text.indexOf('\n');
  return end < 0 ? undefined : text.slice(end);
}

/** In UTF-16 units: prompts and refusals stand at the end, and no echo of ours is as long. */
const recent = 8 * 1024;

/** The same of the end of what was written, for whoever looks at every piece that comes: a flood costs no more than its length. */
export function recentText(raw: string, echoed: boolean): string | undefined {
  return raw.length <= recent ? heardText(raw, echoed) : heardText(raw.slice(-recent), false);
}

/** A backspace takes one character of its line away; a pager wipes its line so. */
function erased(text: string): string {
  if (!text.includes('\b')) return text;
  const kept: string[] = [];
  for (const character of text) {
    if (character !== '\b') kept.push(character);
    else if (kept.at(-1) !== '\n') kept.pop();
  }
  return kept.join('');
}
