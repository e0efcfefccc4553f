/* Log-ins and users of the simulated SQL Server, and the statements it knows. Source: SQL Server documentation, ALTER LOGIN, ALTER USER, DROP LOGIN, Database Engine events and errors. */

/** How an account stands. */
export type MssqlState = 'open' | 'locked' | 'disabled' | 'must change' | 'expired';

/** A log-in of the server, or a user of a contained database. */
export interface MssqlAccount {
  readonly name: string;
  /** Undefined for log-ins. */
  readonly database: string | undefined;
  readonly administrator: boolean;
  password: string;
  state: MssqlState;
  failures: number;
}

/** What the server says no with. */
export interface MssqlError {
  readonly number: number;
  readonly severity: number;
  readonly message: string;
}

/** An answer to a batch. */
export interface MssqlAnswer {
  readonly rows?: readonly (readonly [name: string, privileged: number])[];
  readonly error?: MssqlError;
  /** A password was set. */
  readonly set?: boolean;
}

const error = (number: number, severity: number, message: string): MssqlError => ({ number, severity, message });

/** The server, without its wire. Names are compared as a case-insensitive collation does. */
export class MssqlServer {
  readonly accounts: MssqlAccount[] = [];
  readonly databases = ['master', 'contained'];
  /** Every batch that came, in order. */
  readonly batches: string[] = [];

  /** The account that signs in; an error when none does. A user of the database goes before a log-in. */
  signIn(name: string, password: string, database: string): MssqlAccount | readonly MssqlError[] {
    const user = this.find(name, database) ?? this.find(name, undefined);
    const failed = error(18456, 14, `Login failed for user '${name}'.`);
    if (user === undefined) return [failed];
    if (user.state === 'locked')
      return [
        error(
          18486,
          14,
          `Login failed for user '${name}' because the account is currently locked out. The system administrator can unlock it. `,
        ),
      ];
    if (user.password !== password) {
      user.failures += 1;
      return [failed];
    }
    const why = {
      'must change': error(
        18488,
        14,
        `Login failed for user '${name}'.  Reason: The password of the account must be changed.`,
      ),
      expired: error(18487, 14, `Login failed for user '${name}'.  Reason: The password of the account has expired.`),
      disabled: error(18470, 14, `Login failed for user '${name}'. Reason: The account is disabled.`),
      open: undefined,
    }[user.state];
    if (why !== undefined) return [why];
    if (!this.databases.includes(database))
      return [error(4060, 11, `Cannot open database "${database}" requested by the login. The login failed.`), failed];
    return user;
  }

  find(name: string, database: string | undefined): MssqlAccount | undefined {
    const same = name.toLowerCase();
    return this.accounts.find((one) => one.name.toLowerCase() === same && one.database === database);
  }

  /** Runs a batch for who is signed in, statement by statement up to the first error. */
  run(batch: string, as: MssqlAccount, database: string): MssqlAnswer {
    this.batches.push(batch);
    if (/^set \w/.test(batch)) return {};
    if (/^select name, is_srvrolemember\('sysadmin', name\) as privileged from sys\.sql_logins /.test(batch))
      return this.#list(undefined, as);
    if (/^select name, is_rolemember\('db_owner', name\) as privileged from sys\.database_principals /.test(batch))
      return this.#list(database, as);
    let words: readonly string[];
    try {
      words = tokens(batch);
    } catch {
      return { error: error(105, 15, 'Unclosed quotation mark after the character string.') };
    }
    let set = false;
    for (let at = 0; at < words.length;) {
      const done = this.#statement(words.slice(at), as, database);
      if ('number' in done) return { error: done };
      set = true;
      at += done.read;
    }
    return { set };
  }

  #list(database: string | undefined, as: MssqlAccount): MssqlAnswer {
    const seen = this.accounts.filter((one) => one.database === database && (as.administrator || one === as));
    return { rows: seen.map(({ name, administrator }) => [name, Number(administrator)]) };
  }

  #statement(words: readonly string[], as: MssqlAccount, database: string): MssqlError | { readonly read: number } {
    const rest = [...words];
    const next = (): string => rest.shift() ?? '';
    const [verb, kind, name] = [next().toUpperCase(), next().toUpperCase(), next()];
    const known = ['LOGIN', 'USER'].includes(kind) && name.startsWith('[');
    const wrong = error(102, 15, `Incorrect syntax near '${rest[0] ?? name}'.`);
    if (!known || !['ALTER', 'DROP'].includes(verb)) return wrong;
    const target = this.find(name.slice(1), kind === 'USER' ? database : undefined);
    const missing = error(
      15151,
      16,
      `Cannot ${verb.toLowerCase()} the ${kind.toLowerCase()} '${name.slice(1)}', because it does not exist or you do not have permission.`,
    );
    if (verb === 'DROP') {
      if (target === undefined || !as.administrator) return missing;
      this.accounts.splice(this.accounts.indexOf(target), 1);
      return { read: words.length - rest.length };
    }
    if (next().toUpperCase() !== 'WITH' || next().toUpperCase() !== 'PASSWORD' || next() !== '=') return wrong;
    const password = next();
    let [old, unlock]: [string | undefined, boolean] = [undefined, false];
    if (rest[0]?.toUpperCase() === 'OLD_PASSWORD') {
      next();
      if (next() !== '=') return wrong;
      old = next();
    } else if (rest[0]?.toUpperCase() === 'UNLOCK' && kind === 'LOGIN') {
      next();
      unlock = true;
    }
    if (rest[0] === ';') next();
    if (!password.startsWith("'") || old?.startsWith("'") === false) return wrong;
    if (target === undefined || (!as.administrator && (target !== as || old === undefined))) return missing;
    if (old !== undefined && old.slice(1) !== target.password) return missing;
    const weak = weakness(password.slice(1));
    if (weak !== undefined) return weak;
    target.password = password.slice(1);
    if (unlock && target.state === 'locked') target.state = 'open';
    return { read: words.length - rest.length };
  }
}

/** What Windows asks of a password by default, which CHECK_POLICY applies. */
function weakness(password: string): MssqlError | undefined {
  const failed =
    'Password validation failed. The password does not meet the operating system policy requirements because it is';
  if (password.length > 128) return error(15117, 16, `${failed} too long.`);
  if (password.length < 8) return error(15116, 16, `${failed} too short.`);
  const kinds = [/\p{Lu}/u, /\p{Ll}/u, /[0-9]/, /[^\p{L}0-9]/u].filter((kind) => kind.test(password));
  return kinds.length < 3 ? error(15118, 16, `${failed} not complex enough.`) : undefined;
}

/** Words of T-SQL: names as `[name`, strings as `'string`, everything else as it stands. Throws where a quote is not closed. */
function tokens(batch: string): readonly string[] {
  const found: string[] = [];
  const pattern = /\s+|--[^\n]*|\[((?:[^\]]|\]\])*)\]|[Nn]?'((?:[^']|'')*)'|([A-Za-z_]\w*)|(=|;)|([\s\S])/gu;
  for (const [, name, string, word, sign, other] of batch.matchAll(pattern)) {
    if (name !== undefined) found.push(`[${name.replaceAll(']]', ']')}`);
    else if (string !== undefined) found.push(`'${string.replaceAll("''", "'")}`);
    else if (word !== undefined || sign !== undefined) found.push(word ?? sign ?? '');
    else if (other === "'" || other === '[') throw new Error('unclosed');
    else if (other !== undefined) found.push(other);
  }
  return found;
}
