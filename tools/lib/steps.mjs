/** Runs named steps side by side and says one line about each; the full output is shown for what failed. */
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './install.mjs';

/**
 * @typedef {object} Outcome what became of a step
 * @property {boolean} ok
 * @property {string} output all it wrote, shown when it failed
 * @property {{ passed: number, failed: number, skipped: number }} [tests] of a step that ran tests
 * @typedef {{ name: string, run: () => Promise<Outcome> }} Step
 */

/**
 * Runs the steps in their order, `width` at a time, and resolves to their outcomes in that order. A step that throws
 * has failed; its error is its output.
 * @param {readonly Step[]} steps
 * @param {{ width?: number, say?: (line: string) => void }} [options] width defaults to the two cores we count on
 * @returns {Promise<(Outcome & { name: string, seconds: number })[]>}
 */
export async function runSteps(steps, { width = 2, say = (line) => process.stdout.write(`${line}\n`) } = {}) {
  const outcomes = [];
  let next = 0;
  const lane = async () => {
    while (next < steps.length) {
      const index = next++;
      const { name, run } = steps[index];
      const began = performance.now();
      const outcome = await run().catch((error) => ({ ok: false, output: String(error.stack ?? error) }));
      const seconds = (performance.now() - began) / 1000;
      outcomes[index] = { name, seconds, ...outcome };
      const { tests } = outcome;
      const figures = tests ? `  ${tests.passed} passed, ${tests.failed} failed, ${tests.skipped} skipped` : '';
      say(`${outcome.ok ? 'ok  ' : 'FAIL'} ${name.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s${figures}`);
      if (!outcome.ok) say(outcome.output.trimEnd());
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, steps.length) }, lane));
  return outcomes;
}

/**
 * Starts a program in the checkout and collects what it writes. `node` in its PATH is the pinned one. Never rejects for
 * an exit status; rejects when the program cannot be started.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, onOutput?: (text: string) => void }} [options] onOutput gets it as it is written, too
 * @returns {Promise<{ code: number, output: string }>} code 1 when a signal ended it
 */
export function runProgram(command, args, { cwd = root, onOutput } = {}) {
  return new Promise((resolve, reject) => {
    // The output is kept and shown later, possibly in a file: no colours.
    const env = {
      ...process.env,
      NO_COLOR: '1',
      // Node.js keeps what it compiled, types taken off, for whatever starts after it: the server is started some two
      // hundred times in the rings, and reading its sources anew is half of what a command of it costs.
      NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'strongroom', 'compiled'),
      PATH: `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH ?? ''}`,
    };
    delete env.FORCE_COLOR;
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
        onOutput?.(text);
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output });
    });
  });
}
