import { Cut, NoPrompt, scrub, Unreachable, type Exposable, type Prompt, type Terminal } from '@strongroom/driver-kit';
import { heardText, recentText } from './heard.ts';
import { Ended, type Reader, type Wire } from './wire.ts';

/** More answers to one line than any dialogue wants: a device that asks for ever is cut off. */
const mostAnswers = 500;

/** A command line over a wire that is signed in. `secrets` are those it was signed in with. */
export function terminalOver(wire: Wire, reader: Reader, secrets: readonly string[]): Terminal {
  const known = [...secrets];

  const type = (line: Exposable | string, bare = false): void => {
    const text = typeof line === 'string' ? line : line.expose();
    if (!wire.carries(text)) throw new Unreachable('the line cannot carry this text');
    if (typeof line !== 'string') known.push(text);
    reader.take();
    wire.send(text, bare);
  };

  return {
    async ask(line, prompts) {
      let echoed = line !== undefined;
      // Whole and raw: what takes a pager's line away comes after the key.
      let whole = '';
      if (line !== undefined) type(line);
      for (let answers = 0; answers < mostAnswers; answers += 1) {
        const { at, prompt } = await waited(reader, (held) => find(recentText(held, echoed), prompts));
        whole += reader.take();
        if (prompt.send !== undefined) type(prompt.send);
        else if (prompt.press !== undefined) type(prompt.press, true);
        else return { output: scrub(heardText(whole, false) ?? '', known), ended: at };
        echoed = prompt.send !== undefined;
      }
      wire.close();
      throw new Cut('the target asks without end');
    },
  };
}

function find(text: string | undefined, prompts: readonly Prompt[]): { at: number; prompt: Prompt } | undefined {
  if (text === undefined) return undefined;
  const at = prompts.findIndex(({ when }) => when.test(text));
  const prompt = prompts[at];
  return prompt === undefined ? undefined : { at, prompt };
}

async function waited<T>(reader: Reader, look: (held: string) => T | undefined): Promise<T> {
  try {
    return await reader.until(look);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    throw error.how === 'late' ? new NoPrompt('none of the prompts came') : new Cut(error.message);
  }
}
