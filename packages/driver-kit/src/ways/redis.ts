import type { Exposable } from '../target.ts';

/** What a Redis server answers, as RESP2 has it: bulk and simple strings as text, nil as null. */
export type RedisReply = string | number | null | readonly RedisReply[];

/** A signed-in connection to a Redis server. */
export interface Redis {
  /** Sends one command, its arguments as they are. Throws RedisError for what the server refused, and Cut when the line broke after sending. */
  command(...words: readonly (string | Exposable)[]): Promise<RedisReply>;
}

/** What a Redis server said no to. */
export class RedisError extends Error {
  override readonly name = 'RedisError';
  /** First word of the error: ERR, NOPERM, WRONGPASS … */
  readonly code: string;
  constructor(message: string) {
    super(message);
    this.code = message.split(' ', 1)[0] ?? '';
  }
}
