/** The text of a file, or null when it is a program or another file that is no text. */
export function textOf(base64: string): string | null {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** A text as the lines it has: what a last line end makes is no line. */
export function linesOfText(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Bytes, or text as UTF-8, in base64. */
export function base64Of(content: string | Uint8Array): string {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8192) binary += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(binary);
}

/** Control and direction characters, which can make text look like another: shown by their numbers. */
export const unmasked = (line: string): string =>
  line.replace(
    /[^\P{Cc}\t]|[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu,
    (char) => `‹U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`,
  );
