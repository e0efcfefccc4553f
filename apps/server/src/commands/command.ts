import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { isUnavailable } from '../platform/db.ts';
import { StartFault } from '../platform/start-fault.ts';
import type { Fault } from '../platform/config.ts';
import { faultsText } from '../platform/config.ts';

/** One command: its words as typed, what it is for, and the work. Returns the exit status: 0, 1 (failed) or 2 (wrong usage). */
export interface Command {
  readonly words: string;
  readonly usage: string;
  readonly says: string;
  run(args: readonly string[]): Promise<number>;
}

/** What a command found or did: `lines` for people, `facts` for programs (`--json`). Exit status 0 when `ok`. */
export interface Outcome {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Why a command was not carried out, in words for the operator. Holds no secret. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly faults: readonly Fault[] | undefined;
  constructor(message: string, faults?: readonly Fault[]) {
    super(message);
    this.faults = faults;
  }
}

/** What a command was called with. */
export interface Called {
  readonly positionals: readonly string[];
  /** The value of an option that is given at most once. */
  one(name: string): string | undefined;
  /** The values of an option that may be given several times. */
  all(name: string): readonly string[];
  /** Whether an option without a value is given. */
  flag(name: string): boolean;
}

interface Shape {
  readonly words: string;
  /** What follows the words, for the usage text, without `[--json]`. */
  readonly takes?: string;
  readonly says: string;
  readonly options?: ParseArgsOptionsConfig;
  /** How many arguments without a name it needs, exactly. */
  readonly positionals?: number;
}

/**
 * Makes a command of its shape and work. Wrong usage prints what is wrong and how it is called, and gives 2; what the work throws
 * becomes a sentence on standard error (with `--json`, an object on standard output) and gives 1.
 */
export function command(shape: Shape, work: (called: Called) => Promise<Outcome>): Command {
  const usage = [shape.words, shape.takes, '[--json]'].filter((part) => part !== undefined).join(' ');
  return {
    words: shape.words,
    usage,
    says: shape.says,
    async run(args) {
      const read = readArguments(shape, args);
      if ('wrong' in read) {
        process.stderr.write(`${read.wrong}\nUsage: strongroom ${usage}\n`);
        return 2;
      }
      try {
        const { ok, lines, facts } = await work(read.called);
        process.stdout.write(read.json ? `${JSON.stringify({ ok, ...facts })}\n` : lines.map((l) => `${l}\n`).join(''));
        return ok ? 0 : 1;
      } catch (error) {
        const why = sentenceOf(error);
        const faults = error instanceof Refusal ? error.faults : undefined;
        if (read.json)
          process.stdout.write(`${JSON.stringify({ ok: false, ...(faults ? { faults } : { error: why }) })}\n`);
        else process.stderr.write(`${faults ? faultsText(faults) : why}\n`);
        return 1;
      }
    },
  };
}

function readArguments(shape: Shape, args: readonly string[]): { wrong: string } | { called: Called; json: boolean } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...shape.options, json: { type: 'boolean' } },
      allowPositionals: true,
      strict: true,
    });
    const wanted = shape.positionals ?? 0;
    if (positionals.length !== wanted)
      return { wrong: positionals.length < wanted ? 'Something is missing.' : `${positionals[wanted]} is too much.` };
    const given: Readonly<Record<string, unknown>> = values;
    const textOf = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : []);
    const all = (name: string): readonly string[] => [given[name] ?? []].flat().flatMap(textOf);
    return {
      json: values.json === true,
      called: { positionals, all, one: (name) => all(name)[0], flag: (name) => given[name] === true },
    };
  } catch (error) {
    // Its first sentence; the rest is advice for programmers.
    return {
      wrong: error instanceof Error ? `${error.message.split('. ')[0] ?? ''}.` : 'The arguments cannot be read.',
    };
  }
}

/** An error in words for the operator: never a stack, and never what a driver of the database was given to connect with. */
export function sentenceOf(error: unknown): string {
  if (error instanceof StartFault || error instanceof Refusal) return error.message;
  const said = error instanceof Error ? error.message : 'unknown error';
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  if (isUnavailable(error)) return `The database cannot be reached${code}: ${said}.`;
  return `Failed${code}: ${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}
