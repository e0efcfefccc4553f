import { plainText } from '@strongroom/driver-kit';

/**
 * What somebody at the terminal would read, of the raw output since the last key: no ANSI sequences, erased characters
 * gone. With `echoed`, what comes before the first line break is the echo of what was typed, which must not be taken for
 * an answer; undefined while that has not ended.
 */
export function heardText(raw: string, echoed: boolean): string | undefined {
  // Next line and index (ECMA-48 8.3.86, ESC E; ESC D) move down as a line break does: HP's switches write no other.
  let text = plainText(raw.replace(/\u001b[ED]/g, '\n'));
  // A backspace takes one character away; a pager wipes its line so.
  while (/[^\n\u0008]\u0008/.test(text)) text = text.replace(/[^\n\u0008]\u0008/g, '');
  text = text.replaceAll('\b', '').replaceAll('\u0000', '').replaceAll('\u0007', '');
  if (!echoed) return text;
  const end = text.indexOf('\n');
  return end < 0 ? undefined : text.slice(end);
}
