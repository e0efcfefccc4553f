import ssh2, { type AuthContext, type PublicKeyAuthContext } from 'ssh2';

/** Whom a client names: an API user, and its organisation where the client says which. */
export interface Named {
  readonly organisation?: string;
  readonly username: string;
}

/**
 * Reads the name that a client logs in with: `user`, or `ORGANISATION/user`. `user@host` is a user name like any other, which API users bound to a host often have.
 * A user name has no slash in it, so the last one parts the two.
 */
function readName(text: string): Named {
  const at = text.lastIndexOf('/');
  return at < 0 ? { username: text } : { organisation: text.slice(0, at), username: text.slice(at + 1) };
}

/**
 * Whether the client proved that it has the private half of the key it shows. False for signatures with SHA-1 (RFC 8332 section 5.1.1) and for a key that is
 * of another kind than the algorithm it was signed with.
 */
function proves({ key, signature, blob, hashAlgo }: PublicKeyAuthContext): boolean {
  if (signature === undefined || blob === undefined) return false;
  if (key.algo === 'ssh-rsa' && hashAlgo !== 'sha256' && hashAlgo !== 'sha512') return false;
  try {
    const read: unknown = ssh2.utils.parseKey(`${key.algo} ${key.data.toString('base64')}`);
    const known = (Array.isArray(read) ? read[0] : read) as ssh2.ParsedKey | Error | undefined;
    if (known === undefined || known instanceof Error || known.type !== key.algo) return false;
    // The library gives an Error, which is truthy, for a signature that cannot even be read.
    return (known.verify(blob, signature, hashAlgo) as unknown) === true;
  } catch {
    return false;
  }
}

/** How often a client may try on one connection: an agent may hold a dozen keys. */
const mostTries = 15;
const only = ['publickey'] as const;

export interface LogIn<Known> {
  /** Answers one try of the client. Never throws; the connection is at its end when it gives false. */
  answer(context: AuthContext): Promise<boolean>;
  /** Whom a key belongs to, once its private half was proved. */
  readonly known: Known | undefined;
  /** The name they gave, once they showed a key that signs nobody in. */
  readonly refused: Named | undefined;
}

/**
 * Signs a client in by public key, and by nothing else. `find` gives whose a key is; it is asked once for each key on a connection, whether the name is one or not.
 * `onError` hears of what went wrong in it, which the client sees as a refusal.
 */
export function createLogIn<Known>(
  find: (named: Named, blob: Buffer) => Promise<Known | undefined>,
  onError: (error: unknown) => void,
): LogIn<Known> {
  const found = new Map<string, Promise<Known | undefined>>();
  let tries = 0;
  let known: Known | undefined;
  let refused: Named | undefined;

  async function answerKey(context: PublicKeyAuthContext): Promise<void> {
    const named = readName(context.username);
    const at = `${context.username}\0${context.key.data.toString('base64')}`;
    const asked = found.get(at) ?? find(named, context.key.data);
    found.set(at, asked);
    const whose = await asked.catch((error: unknown) => {
      onError(error);
      return undefined;
    });
    // Proved or not is found out either way: an unknown key takes as long as a known one.
    const proved = context.signature !== undefined && proves(context);
    if (whose === undefined || (context.signature !== undefined && !proved)) {
      refused = named;
      context.reject([...only]);
      return;
    }
    if (proved) known = whose;
    // Without a signature this says no more than that the key may be tried.
    context.accept();
  }

  return {
    async answer(context) {
      if (context.method === 'publickey') {
        if (++tries > mostTries) return false;
        await answerKey(context);
      } else {
        // ‘none’ is how clients ask what there is; a password is not looked at.
        if (context.method !== 'none' && ++tries > mostTries) return false;
        context.reject([...only]);
      }
      return true;
    },
    get known() {
      return known;
    },
    get refused() {
      return refused;
    },
  };
}
