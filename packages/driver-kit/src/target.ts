/** Plaintext a driver may hand to a target. The server's Secret has this shape, and so has any agent's. */
export interface Exposable {
  expose(): string;
}

/**
 * How to sign in to a target: at least one of `password` and `privateKey`.
 * With both, the key signs in, and the password answers what the target still asks for (a second factor of the
 * target, or sudo). One credential is tried once: a refused key is never followed by an attempt with the password.
 */
export interface Login {
  readonly username: string;
  readonly password?: Exposable;
  /** OpenSSH, PEM or PPK text. */
  readonly privateKey?: Exposable;
  /** Opens `privateKey` when it is itself encrypted. */
  readonly passphrase?: Exposable;
}

/** The public key a host proves itself with. */
export interface HostKey {
  /** Key type as in RFC 4253 section 6.6 and its successors: ssh-ed25519, ecdsa-sha2-nistp256, ssh-rsa … */
  readonly algorithm: string;
  /** `SHA256:` and unpadded base64, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
  /** The key blob in base64, as in the second field of known_hosts and of a .pub file. */
  readonly publicKey: string;
}

/** The line broke, or time ran out, after something was sent: it may or may not have taken effect. */
export class Cut extends Error {
  override readonly name = 'Cut';
}
/** Nothing that could change the target was sent: it could not be reached, or could not be asked. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}
/** The target would not sign this login in. */
export class Rejected extends Error {
  override readonly name = 'Rejected';
}
/** The password was right, but the target wants another one before it lets anyone in. */
export class MustChange extends Error {
  override readonly name = 'MustChange';
}
/** The host key differs from every pinned one. No user name and no credential was sent. */
export class Untrusted extends Error {
  override readonly name = 'Untrusted';
  readonly offered: HostKey;
  constructor(offered: HostKey) {
    super('the host key is not the pinned one');
    this.offered = offered;
  }
}

/** One question of a dialogue and its answer. */
export interface Step {
  /** Matched against what the program wrote since the last answer, without ANSI sequences; see `prompt`. */
  readonly expect: RegExp;
  /** Sent with a line break when `expect` matches. */
  readonly send: Exposable | string;
  /** The program may skip this question: the next one is looked for as well. */
  readonly optional?: boolean;
  /** What the program writes when it did not take this answer. The dialogue then ends, and nothing more is sent. */
  readonly refused?: RegExp;
}

/** How a dialogue ended. */
export interface Dialogued {
  /** Exit status of the command; -1 when the dialogue was ended because an answer was refused. */
  readonly code: number;
  /** Everything the program wrote, without ANSI sequences, with every secret answer replaced by `[secret]`. */
  readonly output: string;
  /** How many of the steps are behind us, answered or skipped. */
  readonly reached: number;
  /** True when a step's `refused` matched. */
  readonly refused: boolean;
}

/** Runs commands on one target. The server or the agent nearest the target provides it; drivers never dial. */
export interface Shell {
  /**
   * Runs a command without a terminal, with `stdin` (UTF-8) as its whole input.
   * Throws Cut when no exit status came back, and Unreachable when nothing has been started on this target yet.
   */
  run(command: string, stdin?: string): Promise<{ code: number; stdout: string; stderr: string }>;
  /**
   * Runs a command on a terminal without echo, and answers its questions: for su and passwd, which want a person.
   * Throws as `run` does; Cut also when a question never comes.
   */
  dialogue(command: string, steps: readonly Step[]): Promise<Dialogued>;
}
