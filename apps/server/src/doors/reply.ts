import type { ProblemBody } from '@strongroom/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isUnavailable } from '../platform/db.ts';
import { Problem } from '../platform/problem.ts';

/** Any error as a Problem: ours as they are, the wire's own as what they mean, the rest as `internal` with the cause kept for the log. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnavailable(error) || (error instanceof AggregateError && error.errors.some(isUnavailable)))
    return new Problem('unavailable', { cause: error, retryAfter: 3 });
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
  if (status === 413) return new Problem('input-invalid', { detail: 'The body is too large.' });
  if (status === 415) return new Problem('input-invalid', { detail: 'Send the body as application/json.' });
  if (status >= 400 && status < 500) return new Problem('input-invalid', { detail: 'The body is not valid JSON.' });
  return new Problem('internal', { cause: error });
}

/** Answers with problem+json. Source: RFC 9457. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const body: ProblemBody = {
    type: `urn:strongroom:problem:${problem.code}`,
    title: problem.message,
    status: problem.status,
    code: problem.code,
    requestId: request.id,
    ...(problem.detail === undefined ? {} : { detail: problem.detail }),
    ...(problem.errors === undefined ? {} : { errors: [...problem.errors] }),
    ...(problem.retryAfter === undefined ? {} : { retryAfter: problem.retryAfter }),
  };
  if (problem.retryAfter !== undefined) void reply.header('retry-after', String(problem.retryAfter));
  return reply.status(problem.status).type('application/problem+json').send(body);
}
