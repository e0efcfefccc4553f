const hidden = '[hidden]';
const depthLimit = 6;

// Compared with the name in lower case without separators, so that auth_token, AUTHTOKEN and authToken are one.
const secretName =
  /pass(word|wd|phrase|code)|^pwd$|secret|token|authorization|cookie|inputdata|privatekey|masterkey|apikey|credential|sealed|candidate|otp$|^pin$|csrf/;
const urlName = /^(url|uri|href|path|location|referer|referrer|originalurl)$/;
// Values that help to read a log and are no secrets. Everything else in a query is hidden: the reference API takes its token and its whole input there.
const plainQuery = new Set([
  'limit',
  'offset',
  'page',
  'cursor',
  'sort',
  'order',
  'from',
  'to',
  'since',
  'until',
  'status',
  'format',
]);

const plainly = (name: string): string => name.toLowerCase().replace(/[-_. ]/g, '');

/**
 * An address that may be logged: without user name and password, without the fragment (a set-up link's token is there), and with the values of a query hidden but for a
 * few harmless names. Takes a whole URL or a path, and never throws: what it cannot read it hides.
 */
export function redactUrl(url: string): string {
  const [beforeFragment = ''] = url.split('#', 1);
  const [place = '', ...rest] = beforeFragment.split('?');
  const safePlace = place.replace(
    /^([a-z][a-z0-9+.-]*:)?\/\/[^/]*@/i,
    (_, scheme: string | undefined) => `${scheme ?? ''}//${hidden}@`,
  );
  if (rest.length === 0) return safePlace;
  const query = rest
    .join('?')
    .split('&')
    .map((pair) => {
      const name = pair.split('=', 1)[0] ?? '';
      if (plainQuery.has(name.toLowerCase())) return pair;
      // A name that is not a plain word may be a token that stands without one.
      return /^[A-Za-z0-9_.-]{1,40}$/.test(name) && pair.includes('=') ? `${name}=${hidden}` : hidden;
    });
  return `${safePlace}?${query.join('&')}`;
}

/** Text that may be logged: addresses in it lose passwords, and `name=value` or `name: value` with a secret's name loses the value. */
export function redactText(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*):\/\/[^\s/@"']+@/gi, `$1://${hidden}@`)
    .replace(
      /\b(authtoken|token|password|passwd|secret|input_data|authorization|cookie)(["']?\s*[=:]\s*)(bearer\s+)?("[^"]*"|'[^']*'|[^\s&,;"']+)/gi,
      `$1$2${hidden}`,
    );
}

/**
 * A copy of a log line's fields that may be logged: values with a secret's name hidden, addresses and text cleaned, bytes left out, deep and odd things named rather
 * than printed. `skip` names fields that have serializers of their own.
 */
export function redact(fields: Record<string, unknown>, skip: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, skip.includes(name) ? value : clean(name, value, 0)]),
  );
}

function clean(name: string, value: unknown, depth: number): unknown {
  const plain = plainly(name);
  if (secretName.test(plain) && value !== undefined && value !== null && typeof value !== 'boolean') return hidden;
  if (typeof value === 'string') return urlName.test(plain) ? redactUrl(value) : redactText(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return redactError(value);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return '[bytes]';
  if (depth >= depthLimit) return '[deep]';
  if (Array.isArray(value)) return value.map((item) => clean(name, item, depth + 1));
  // A value with a print of its own, such as Secret, knows best what may be shown.
  if ('toJSON' in value && typeof value.toJSON === 'function') return clean(name, value.toJSON(), depth + 1);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, clean(key, item, depth + 1)]));
}

/**
 * An error that may be logged: type, code, message, stack and causes. Other properties are left out, because libraries put inputs, rows and whole requests there (a PostgreSQL
 * error's `detail` quotes the values of a key).
 */
export function redactError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? redactText(error) : '[not an error]';
  const code =
    'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? { code: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: depth < 4 ? redactError(error.cause, depth + 1) : '[deep]' };
  return {
    type: error.constructor.name,
    ...code,
    message: redactText(error.message),
    stack: redactText(error.stack ?? ''),
    ...cause,
  };
}
