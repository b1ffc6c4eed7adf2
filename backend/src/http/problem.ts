import { STATUS_CODES } from 'node:http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { isTransient } from '../database/transient.ts';
import { Refusal } from '../resources/refusal.ts';

/** Something a client did, or has to be told. @see https://www.rfc-editor.org/rfc/rfc9457 */
export class Problem extends Error {
  constructor(
    readonly status: number,
    /** Names the kind of problem, as the end of `type`. */
    readonly kind: string,
    detail: string,
    readonly errors?: readonly { pointer: string; detail: string }[],
  ) {
    super(detail);
  }
}

export const ProblemDocument = Type.Object(
  {
    type: Type.String({ description: 'What kind of problem: urn:bss:problem:…' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong in this case' }),
    instance: Type.Optional(Type.String({ description: 'Path of the request' })),
    errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
  },
  { description: 'Media type application/problem+json' },
);

/** What is wrong, as TM Forum has it: its `status` is text, which a problem document's must not be. */
export const TmfError = Type.Object({
  code: Type.String({ description: 'What kind of problem' }),
  reason: Type.String({ description: 'What is wrong in this case' }),
  message: Type.Optional(Type.String({ description: 'The same, in the words of HTTP' })),
  status: Type.Optional(Type.String({ description: 'Of HTTP' })),
  '@type': Type.Optional(Type.String()),
});

export const notFound = (what: string, id: string) => new Problem(404, 'not-found', `There is no ${what} ${id}.`);

/** Whatever goes wrong is answered by a problem document. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = toProblem(error);
    if (problem.status === 500) request.log.error({ err: error }, 'a request failed');
    // Many at once when something is away: one line each, without a stack.
    else if (problem.status > 500) request.log.warn({ reason: error.message }, 'a request has to be tried again');
    return send(problem, request, reply);
  });
  app.setNotFoundHandler((request, reply) =>
    send(new Problem(404, 'not-found', `There is nothing at ${request.method} ${pathOf(request)}.`), request, reply),
  );
}

/** For what fails before there is a route. */
export const sendProblem = send;

function send(problem: Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.exception = problem.kind;
  if (problem.status === 503) reply.header('retry-after', '1');
  const tmf = /^\/tmf-api(\/|$)/.test(pathOf(request));
  return reply
    .code(problem.status)
    .type(tmf ? 'application/json; charset=utf-8' : 'application/problem+json')
    .serializer(JSON.stringify)
    .send(tmf ? tmfError(problem) : document(problem, { instance: pathOf(request) }));
}

const tmfError = ({ status, kind, message }: Problem): Static<typeof TmfError> => ({
  ...{ code: kind, reason: message, message: STATUS_CODES[status] ?? 'Error', status: `${status}`, '@type': 'Error' },
});

export const document = ({ status, kind, message, errors }: Problem, more: object = {}) => ({
  type: `urn:bss:problem:${kind}`,
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail: message,
  ...(errors && { errors }),
  ...more,
});

export const pathOf = ({ url }: FastifyRequest) => url.split('?')[0]!;

/** What the business refuses, as HTTP says it. */
const STATUS_OF: Readonly<Record<Refusal['kind'], number>> = {
  conflict: 409,
  'unknown-reference': 422,
  'too-much': 422,
};

function toProblem(error: FastifyError): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof Refusal) return new Problem(STATUS_OF[error.kind], error.kind, error.message);
  if (error.validation) {
    const errors = error.validation.map(({ instancePath, message, params }) => ({
      pointer: `${error.validationContext ?? 'body'}${instancePath}`,
      detail: [message, ...Object.values(params).filter((value) => typeof value === 'string')].join(': '),
    }));
    return new Problem(400, 'invalid', errors.map(({ pointer, detail }) => `${pointer} ${detail}`).join('; '), errors);
  }
  if (error.code === 'FST_ERR_HANDLER_TIMEOUT') return new Problem(503, 'deadline', 'This took too long. Try again.');
  const { statusCode } = error;
  if (statusCode && statusCode >= 400 && statusCode < 500) return new Problem(statusCode, 'bad-request', error.message);
  if (isTransient(error)) return new Problem(503, 'unavailable', 'The database does not answer. Try again.');
  return new Problem(500, 'internal', 'Something went wrong here. The log says what.');
}

declare module 'fastify' {
  interface FastifyReply {
    /** Kind of the problem that was answered, for the metrics. */
    exception: string;
  }
}
