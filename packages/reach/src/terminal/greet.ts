import { MustChange, NoPrompt, Rejected, Unreachable, type Greeting, type Login } from '@strongroom/driver-kit';
import { recentText } from './heard.ts';
import { Ended, type Reader, type Wire } from './wire.ts';

// What a host that took a password wants before it lets anybody in, as for SSH. The gaps have an end, as in every pattern for what
// a target writes: without one, a line of such words is gone over again from each of them, and who waits beside it waits with us.
const wantsNew =
  /(?:current|old|new|retype|re-?enter|existing)\b[^\n]{0,80}password[^\n]{0,80}$|password[^\n]{0,80}(?:has |is )expired/i;

/** Keys that a device may want before it lets anybody in: banners take one or two. */
const mostPresses = 20;
const press = (wire: Wire, greeting: Greeting, times: number): void => {
  if (times > mostPresses) throw new Unreachable('the target wants keys pressed without end');
  wire.send(greeting.press?.key ?? '', true);
};

/**
 * The log-in dialogue of a host that asks for itself: one user name, one password, one attempt.
 * Throws Rejected, MustChange, NoPrompt where the target's words are not those of the greeting, and Unreachable for what
 * else says nothing about the password.
 */
export async function logIn(wire: Wire, reader: Reader, greeting: Greeting, login: Login): Promise<void> {
  const { username } = login;
  const password = login.password?.expose();
  if (password === undefined) throw new Unreachable('this way takes passwords only');
  // Whoever reads names off a terminal acts on control characters, and some take a dash for an option.
  if (/^-|[^\x21-\x7e]/.test(username)) throw new Unreachable('this account name cannot be typed');
  let sent: 'nothing' | 'name' | 'password' = 'nothing';
  let said = '';
  for (let pressed = 0; ;) {
    const asked = await waited(
      reader,
      (held) => {
        // Behind the name only its echo and a line break; before it, whatever the banner says.
        const text = recentText(held, sent !== 'nothing');
        if (text === undefined) return undefined;
        said = text;
        return ask(text, sent, greeting);
      },
      () => sent === 'password' && greeting.refused.test(said),
    );
    reader.take();
    switch (asked) {
      case 'press':
        press(wire, greeting, ++pressed);
        break;
      case 'in':
        if (sent !== 'password') throw new Unreachable('the target lets anybody in without a password');
        return;
      case 'no':
        throw new Rejected('the target rejected the log-in');
      case 'change':
        throw new MustChange('the target wants the password changed');
      case 'name':
        if (sent !== 'nothing' || greeting.noUsername === true)
          throw new Unreachable('the target asks for a user name that it does not take, or should not ask for');
        send(wire, username);
        sent = 'name';
        break;
      case 'password':
        if (sent === 'nothing' && greeting.noUsername !== true)
          throw new Unreachable('the target asks for no user name');
        if (!wire.carries(password)) throw new Unreachable('the line cannot carry this password');
        send(wire, password);
        sent = 'password';
        break;
    }
  }
}

/** Waits for the prompt of a command line that SSH has signed in to already. Throws as logIn does. */
export async function arrive(wire: Wire, reader: Reader, greeting: Greeting): Promise<void> {
  for (let pressed = 0; ;) {
    const asked = await waited(reader, (held) => {
      const text = recentText(held, false) ?? '';
      if (greeting.press?.when.test(text) === true) return 'press';
      if (wantsNew.test(text)) return 'change';
      return greeting.prompt.test(text) ? 'in' : undefined;
    });
    reader.take();
    if (asked === 'in') return;
    if (asked === 'change') throw new MustChange('the target wants the password changed');
    press(wire, greeting, ++pressed);
  }
}

type Asked = 'press' | 'in' | 'no' | 'change' | 'name' | 'password';

function ask(text: string, sent: 'nothing' | 'name' | 'password', greeting: Greeting): Asked | undefined {
  if (greeting.press?.when.test(text) === true) return 'press';
  if (sent === 'password') {
    if (greeting.refused.test(text)) return 'no';
    if (wantsNew.test(text)) return 'change';
    // Asked again without a word: it did not take what it got.
    if (greeting.username.test(text) || greeting.password.test(text)) return 'no';
    return greeting.prompt.test(text) ? 'in' : undefined;
  }
  if (greeting.password.test(text)) return 'password';
  if (greeting.username.test(text)) return 'name';
  return greeting.prompt.test(text) ? 'in' : undefined;
}

function send(wire: Wire, text: string): void {
  wire.send(text);
}

/**
 * Waits, and makes Rejected of a line that ended with a no, NoPrompt of words that nobody foresaw, and Unreachable of
 * everything else that ended it.
 */
async function waited(
  reader: Reader,
  look: (held: string) => Asked | undefined,
  refused: () => boolean = () => false,
): Promise<Asked> {
  try {
    return await reader.until(look);
  } catch (error) {
    if (!(error instanceof Ended)) throw error;
    if (error.how === 'closed' && refused()) return 'no';
    if (error.how === 'late' && reader.take() !== '')
      throw new NoPrompt('the target asks for nothing that the settings name');
    throw new Unreachable(error.message);
  }
}
