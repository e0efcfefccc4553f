import { z } from 'zod';

/** What a token must carry to make a call. `read` covers lists and views, `passwords` opens and changes secrets. */
export const Scope = z.enum(['read', 'passwords', 'manage', 'administer']);
export type Scope = z.infer<typeof Scope>;

/** One thing a client can ask of the server. Console, command line, server and documentation all read this. */
export interface Call<N extends string, I extends z.ZodType, R extends z.ZodType> {
  /** Also the policy action and the audit event. */
  readonly name: N;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, with `:name` for what the input takes from the path. */
  readonly path: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  /** Path, query and body merged into one object; the three never share a key. */
  readonly input: I;
  readonly reply: R;
  /** The scope a program's token needs. Calls without one are for signed-in people or for strangers. */
  readonly scope?: Scope;
  /** True when a stranger may make the call. */
  readonly anonymous?: true;
  /** True when the reply carries a secret: never cached, never kept for an idempotency key. */
  readonly secret?: true;
}

export function call<const N extends string, I extends z.ZodType, R extends z.ZodType>(
  c: Call<N, I, R>,
): Call<N, I, R> {
  return c;
}

/** The body of every refusal and failure. Source: RFC 9457. */
export const ProblemBody = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    /** Stable, for programs: never renamed. */
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.string().optional(),
    /** Where the input was wrong: one line each. */
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    /** Seconds to wait before the next try, where waiting helps. */
    retryAfter: z.number().optional(),
  })
  .meta({ id: 'Problem' });
export type ProblemBody = z.infer<typeof ProblemBody>;

/** Numbers and versions are 32-bit integers in the database. */
export const largestNumber = 2_147_483_647;

/** Nothing to say. */
export const Empty = z.object({});

/** An instant in UTC, as ISO 8601 text. */
export const Instant = z.iso.datetime();

const flag = z.union([z.boolean(), z.enum(['true', 'false'])]).transform((value) => value === true || value === 'true');
/** A boolean that may also come from a query string. */
export const Flag = flag;

/** How a list is asked for: text, order, and either where to go on (`cursor`) or where to jump to (`offset`). */
export const listInput = <const S extends readonly [string, ...string[]]>(sorts: S) =>
  z.object({
    search: z.string().trim().max(200).optional(),
    /** A column, with `-` in front for descending. */
    sort: z
      .enum(sorts.flatMap((s) => [s, `-${s}`]) as [S[number] | `-${S[number]}`, ...(S[number] | `-${S[number]}`)[]])
      .optional(),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    /** At most 10,000: go on from there by cursor. */
    offset: z.coerce.number().int().min(0).max(10_000).optional(),
    cursor: z.string().max(500).optional(),
  });

/** A page of a list. `nextCursor` is null on the last page; `total` is counted to 10,000, and `totalIs` says when there are more. */
export const listReply = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    total: z.int(),
    totalIs: z.enum(['exact', 'at-least']).default('exact'),
    nextCursor: z.string().nullable(),
  });

/** Why something is done, kept in the audit trail. */
export const Reason = z.string().trim().min(3).max(500);
export const Ticket = z.string().trim().min(1).max(100);

const line = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .regex(/^[^\p{Cc}]*$/u, 'must be one line of text');
/** One line of text, at most `max` characters, no control characters. */
export const Line = line;
/** A password as it stands: never trimmed, never changed. */
export const PasswordText = z.string().min(1).max(4096);
