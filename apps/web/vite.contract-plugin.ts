import type { Plugin } from 'vite';

/** How the console imports the contract. */
const name = '@strongroom/contract';

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
 * A call becomes its name, method and path; a list of words becomes its `options`; a constant stays. Shapes stay behind:
 * the browser trusts the server's replies, and a whole validator in the first load would cost more than every page of
 * ours together.
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

/**
 * A module of the console with what it imports of the contract written in its place. `parse` reads a module into an
 * ESTree program with offsets; `contract` is everything the package exports. Null where nothing is imported from it.
 *
 * @throws when a module imports what the browser has no use for, or all of it at once.
 */
export function withConstants(
  code: string,
  parse: (code: string) => { readonly body: readonly unknown[] },
  contract: Readonly<Record<string, unknown>>,
): string | null {
  if (!code.includes(name)) return null;
  let written = '';
  let at = 0;
  for (const node of parse(code).body as readonly Statement[]) {
    if (node.type !== 'ImportDeclaration' || node.source?.value !== name) continue;
    const constants =
      node.importKind === 'type' ? [] : (node.specifiers ?? []).flatMap((one) => constantOf(one, contract));
    // As many lines as before, so that what is reported of the others is true.
    const lines = code.slice(node.start, node.end).split('\n').length - 1;
    written += code.slice(at, node.start) + constants.join(' ') + '\n'.repeat(lines);
    at = node.end;
  }
  return at === 0 ? null : written + code.slice(at);
}

interface Specifier {
  readonly type: string;
  readonly importKind?: 'type' | 'value' | null;
  readonly local: { readonly name: string };
  readonly imported?: { readonly name?: string };
}
interface Statement {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly importKind?: 'type' | 'value' | null;
  readonly source?: { readonly value: unknown };
  readonly specifiers?: readonly Specifier[];
}

function constantOf(one: Specifier, contract: Readonly<Record<string, unknown>>): string[] {
  if (one.importKind === 'type') return [];
  const exported = one.imported?.name;
  if (exported === undefined) throw new Error(`Import from ${name} by name: the rest of it is not for the browser`);
  const small = forBrowser(contract[exported]);
  if (small === undefined) throw new Error(`${exported} of ${name} has nothing for the browser`);
  return [`const ${one.local.name} = /*#__PURE__*/ Object.freeze(${JSON.stringify(small)});`];
}

/** Gives each module of the console the constants it takes from `@strongroom/contract`. Types still come from the package itself. */
export function contractPlugin(): Plugin {
  let contract: Promise<Readonly<Record<string, unknown>>> | null = null;
  return {
    name: 'strongroom-contract',
    enforce: 'pre',
    transform: {
      filter: { id: /\.tsx?$/, code: name },
      async handler(code, id) {
        contract ??= import('@strongroom/contract');
        const lang = id.endsWith('x') ? 'tsx' : 'ts';
        const constants = withConstants(code, (text) => this.parse(text, { lang }), await contract);
        return constants === null ? null : { code: constants, map: null };
      },
    },
  };
}
