import css from './avatar.module.css';

const hues = ['info', 'ok', 'warn', 'busy', 'neutral'] as const;

/** A person's initials in a colour drawn from the name; never red, which would read as an error. Decoration only. */
export function Avatar({ name, size = 28 }: { readonly name: string; readonly size?: number }) {
  const sum = [...name].reduce((total, char) => total + (char.codePointAt(0) ?? 0), 0);
  const initials = name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => [...word][0])
    .slice(0, 2)
    .join('')
    .toUpperCase();
  const style = { inlineSize: size, blockSize: size, fontSize: Math.round(size * 0.4) };
  return (
    <span className={css.avatar} data-hue={hues[sum % hues.length]} style={style} aria-hidden>
      {initials}
    </span>
  );
}
