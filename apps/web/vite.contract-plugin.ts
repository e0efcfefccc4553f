import type { Plugin } from 'vite';

/** How the console imports the contract, and what the plugin answers in its place. */
const name = '@strongroom/contract';
const resolved = '\0strongroom-contract';

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Numbers, texts, and lists and records of them: constants that both ends go by. */
const isPlain = (value: unknown): boolean =>
  typeof value === 'number' ||
  typeof value === 'string' ||
  (Array.isArray(value)
    ? value.every(isPlain)
    : isRecord(value) && Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain));

/**
 * What the browser needs of one export of the contract, or undefined when it needs nothing.
 * A call becomes its name, method and path; a list of words becomes its `options`; a constant stays. Shapes stay behind: the browser trusts
 * the server's replies, and a whole validator in the first load would cost more than every page of ours together.
 */
export function forBrowser(value: unknown): unknown {
  if (isPlain(value)) return value;
  if (!isRecord(value)) return undefined;
  if ('method' in value && 'path' in value && ('reply' in value || 'answer' in value)) {
    return { name: value['name'], method: value['method'], path: value['path'] };
  }
  if ('options' in value && Array.isArray(value['options']) && value['options'].every((o) => typeof o === 'string')) {
    return { options: value['options'] };
  }
  return undefined;
}

/** Serves `@strongroom/contract` to the console as plain constants. Types still come from the package itself. */
export function contractPlugin(): Plugin {
  return {
    name: 'strongroom-contract',
    enforce: 'pre',
    resolveId: (id) => (id === name ? resolved : null),
    async load(id) {
      if (id !== resolved) return null;
      const contract: Record<string, unknown> = await import('@strongroom/contract');
      const lines = Object.entries(contract).flatMap(([key, value]) => {
        const small = forBrowser(value);
        return small === undefined
          ? []
          : [`export const ${key} = /*#__PURE__*/ Object.freeze(${JSON.stringify(small)});`];
      });
      return lines.join('\n');
    },
  };
}
