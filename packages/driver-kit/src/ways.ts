import type { Login, Shell } from './target.ts';
import type { Protection } from './protection.ts';
import type { Directory, DirectoryAccess } from './ways/directory.ts';
import type { Mongo, MongoAccess } from './ways/mongo.ts';
import type { Redis } from './ways/redis.ts';
import type { Sql, SqlAccess } from './ways/sql.ts';
import type { Greeting, Terminal } from './ways/terminal.ts';
import type { Web } from './ways/web.ts';
import type { WindowsAccounts } from './ways/windows.ts';

/**
 * Every way a target can be spoken to; a driver uses those its kind of target has. Each signs in as `login`, runs `work` and closes when it ends.
 * Each throws Unreachable, Untrusted, Rejected or MustChange before `work` starts.
 */
export interface Ways {
  /** Commands over SSH. */
  shell<T>(login: Login, work: (shell: Shell) => Promise<T>): Promise<T>;
  /**
   * The same, on a connection that this login opened to this host a moment ago, where there is one: for one account that sets the passwords of many.
   * That it works proves nothing of the login. Where it is left out, there is `shell`.
   */
  keptShell?<T>(login: Login, work: (shell: Shell) => Promise<T>): Promise<T>;
  /** A device's command line, over SSH or Telnet as the settings say. Throws NoPrompt too, where the device shows none that the greeting names. */
  terminal<T>(login: Login, greeting: Greeting, work: (terminal: Terminal) => Promise<T>): Promise<T>;
  sql<T>(access: SqlAccess, login: Login, work: (sql: Sql) => Promise<T>): Promise<T>;
  redis<T>(protection: Protection, login: Login, work: (redis: Redis) => Promise<T>): Promise<T>;
  mongo<T>(access: MongoAccess, login: Login, work: (mongo: Mongo) => Promise<T>): Promise<T>;
  /** LDAP. `login.username` is a distinguished name, or what else the server binds by. */
  directory<T>(access: DirectoryAccess, login: Login, work: (directory: Directory) => Promise<T>): Promise<T>;
  /** HTTPS. Whoever signs in does so by what is sent. */
  web<T>(work: (web: Web) => Promise<T>): Promise<T>;
  windows<T>(login: Login, work: (accounts: WindowsAccounts) => Promise<T>): Promise<T>;
}

/** What a driver works on: validated settings, and the ways to speak to the target. */
export interface Target<S> extends Ways {
  readonly settings: S;
  /** Name or address, as the resource has it: for what a protocol wants said, never for dialling. */
  readonly host: string;
}
