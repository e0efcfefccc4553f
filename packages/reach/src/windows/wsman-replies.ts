import { Malformed } from './bytes.ts';

/* The few things that are read out of a host's answers. The prefixes of names are the host's to choose; no entity, comment or nesting occurs in what is looked for. */

/** Identifiers are GUIDs, which go back to the host as they are. Source: MS-WSMV section 2.2.4. */
const guid = /^[0-9a-f-]{36}$/i;

function identifier(text: string | undefined): string {
  if (text === undefined || !guid.test(text)) throw new Malformed('the host named no shell or command');
  return text;
}

/** The shell that was created. Throws Malformed. */
export function shellIdOf(body: string): string {
  return identifier(/<(?:\w{1,20}:)?Selector\s[^<>]{0,200}Name="ShellId"[^<>]{0,200}>([^<]{0,100})</.exec(body)?.[1]);
}

/** The command that was started. Throws Malformed. */
export function commandIdOf(body: string): string {
  return identifier(/<(?:\w{1,20}:)?CommandId(?:\s[^<>]{0,200})?>([^<]{0,100})</.exec(body)?.[1]);
}

/** What one answer to Receive held. */
export interface Received {
  /** Of the standard output alone. */
  readonly output: string;
  readonly done: boolean;
}

/** Reads output and state. Source: MS-WSMV section 3.1.4.14. */
export function received(body: string): Received {
  const streams = body.matchAll(/<(?:\w{1,20}:)?Stream\s([^<>]{0,400})>([^<]*)</g);
  const parts = [...streams].flatMap(([, attributes = '', content = '']) =>
    /\bName="stdout"/.test(attributes) ? [Buffer.from(content, 'base64')] : [],
  );
  return {
    output: Buffer.concat(parts).toString('latin1'),
    done: /<(?:\w{1,20}:)?CommandState\s[^<>]{0,400}\/CommandState\/Done"/.test(body),
  };
}

/** Whether a fault only says that nothing has happened yet. Source: MS-WSMV section 3.1.4.14; DSP0226, wsman:TimedOut. */
export function isTimedOut(body: string): boolean {
  return /<(?:\w{1,20}:)?Value(?:\s[^<>]{0,200})?>\w{1,20}:TimedOut</.test(body) || /\bCode="2150858793"/.test(body);
}
