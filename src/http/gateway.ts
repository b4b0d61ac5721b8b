import type { IncomingMessage, ServerResponse } from 'node:http';
import { useDeferStream } from '@graphql-yoga/plugin-defer-stream';
import { type DefinitionNode, type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, visit } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import type { GraphContext } from '../graph/context.ts';
import { checkComplexity, complexityFault, LIMITS } from '../graph/limits.ts';
import { clientOf } from './access.ts';
import { maskError, withCode } from './mask-error.ts';
import { bodyLimit, isMultipart, streamedUploads, type UploadLimits } from './uploads.ts';

export interface NodeContext {
  readonly req?: IncomingMessage;
  readonly res?: ServerResponse;
}

export interface GatewayOptions {
  readonly schema: GraphQLSchema;
  /** What a request needs: its own signal, loaders and origin. */
  readonly context: (request: Request, client: string, req: IncomingMessage | undefined) => GraphContext;
  /** Whether clients are known by their API keys. */
  readonly hasKeys: boolean;
  readonly origins: readonly string[];
  readonly uploads: UploadLimits;
  /** Of those who may write: many products come in one request. By default the same. */
  readonly writers?: { readonly uploads: UploadLimits; readonly mayWrite: (req: IncomingMessage) => boolean };
  /** Where errors go that are our fault. */
  readonly report: (error: unknown) => void;
}

/** GraphQL over HTTP: Yoga with our limits, uploads and error codes. */
export function createGateway(options: GatewayOptions) {
  const { uploads, writers } = options;
  const uploadsOf = (req: IncomingMessage) => (writers?.mayWrite(req) ? writers.uploads : uploads);
  const limit = bodyLimit(uploads);
  // JSON is held in memory whole, so that many pictures come as files or not at once.
  const limitOf = (req: IncomingMessage) =>
    isMultipart(req.headers['content-type']) ? bodyLimit(uploadsOf(req)) : limit;
  const counting = yogaOf(options, uploadsOf, limit);
  const trusting = yogaOf(options, uploadsOf, false);
  // Yoga counts a body by pumping it through another stream, half of the CPU of a small search. Node never reads past a
  // length that was announced, so only bodies of unknown or excessive length are counted, and refused.
  return (req: IncomingMessage, res: ServerResponse, given: NodeContext) => {
    // What nobody reads (a file that no resolver asks for, the rest of a body over the limit) would stay in the connection, and the
    // next request on it would hang.
    res.once('finish', () => {
      if (req.complete) return;
      req.unpipe();
      req.resume();
    });
    // A body whose stream was torn down, as Yoga does at its limit, can no longer be read out: the connection ends with the answer.
    req.once('close', () => {
      if (!req.complete && !res.headersSent) res.setHeader('connection', 'close');
    });
    return (Number(req.headers['content-length']) <= limitOf(req) ? trusting : counting)(req, res, given);
  };
}

function yogaOf(
  { schema, context, hasKeys, origins, report }: GatewayOptions,
  uploadsOf: (req: IncomingMessage) => UploadLimits,
  maxRequestBodySize: number | false,
) {
  return createYoga<NodeContext, GraphContext>({
    schema,
    graphqlEndpoint: '/graphql',
    context: ({ request, req }) => context(request, clientOf(req, hasKeys), req),
    multipart: false,
    graphiql: false,
    landingPage: false,
    batching: false,
    logging: false,
    maxRequestBodySize,
    // Given a list, Yoga answers others with "null", which is the origin of every sandboxed frame.
    cors: (request) => {
      const origin = request.headers.get('origin');
      if (origin === null || !origins.includes(origin)) return false;
      return { origin, credentials: true, methods: ['POST', 'GET'], maxAge: 600 };
    },
    maskedErrors: { maskError: (error) => maskError(error, report) },
    plugins: [
      preflighted(),
      variedByOrigin(origins),
      streamedUploads(uploadsOf),
      limits(),
      codes(),
      costs(),
      useDeferStream(),
      deferForThoseWhoCanRead(),
    ],
  });
}

/** Any of these makes a browser ask first, whatever the body's type. */
const PREFLIGHT_HEADERS = ['x-graphql-yoga-csrf', 'apollo-require-preflight', 'x-apollo-operation-name'];
const SIMPLE_TYPES = /^(multipart\/form-data|text\/plain|application\/x-www-form-urlencoded)\b/i;

/**
 * Cross-site request forgery: a page elsewhere can send a "simple" request with the visitor's cookies and no question asked.
 * JSON is never simple, so plain clients need no header; Yoga's own plugin asks it of them all.
 */
function preflighted(): Plugin {
  return {
    onRequest({ request, endResponse, fetchAPI }) {
      if (request.method === 'OPTIONS' || request.method === 'HEAD') return;
      const type = request.headers.get('content-type');
      if (type && !SIMPLE_TYPES.test(type)) return;
      if (PREFLIGHT_HEADERS.some((name) => request.headers.has(name))) return;
      const kind = type ? 'of this content type' : 'without a content type';
      const message = `A request ${kind} needs one of the headers ${PREFLIGHT_HEADERS.join(', ')}.`;
      const error = {
        message,
        extensions: {
          code: 'FORBIDDEN',
          remedy: `Send "apollo-require-preflight: true"${request.method === 'POST' ? ', or JSON as application/json' : ''}.`,
        },
      };
      endResponse(fetchAPI.Response.json({ errors: [error] }, { status: 403 }));
    },
  };
}

/** So that no cache hands one page's permission, or the lack of it, to another. */
function variedByOrigin(origins: readonly string[]): Plugin {
  return {
    onResponse({ response }) {
      if (origins.length > 0) response.headers.append('vary', 'Origin');
    },
  };
}

function limits(): Plugin {
  return {
    onParse: ({ setParseFn }) =>
      setParseFn((source, options) => parse(source, { ...options, maxTokens: LIMITS.tokens })),
    onValidate({ params, setResult }) {
      const fault = complexityFault(params.documentAST as DocumentNode);
      if (fault) setResult([fault]);
    },
    onExecute({ args }) {
      const operation = args.document.definitions.find(
        (definition: DefinitionNode) =>
          definition.kind === Kind.OPERATION_DEFINITION &&
          (args.operationName == null || definition.name?.value === args.operationName),
      );
      if (operation?.kind === Kind.OPERATION_DEFINITION)
        checkComplexity(args.document, operation, (args.variableValues ?? {}) as Record<string, unknown>);
    },
  };
}

/** graphql-js's own errors come without a code: they are the request's fault. */
function codes(): Plugin {
  return {
    onResultProcess({ result, setResult }) {
      if (Symbol.asyncIterator in result || Array.isArray(result) || !('errors' in result) || !result.errors?.length)
        return;
      setResult({
        ...result,
        errors: result.errors.map((error) => (error instanceof GraphQLError ? withCode(error) : error)),
      });
    },
  };
}

/** What the rerank passes took, in the answer or in its last part, when all of them are over. */
function costs(): Plugin<GraphContext> {
  return {
    onExecute({ args }) {
      const { cost } = args.contextValue;
      const told = <T extends { extensions?: unknown }>(result: T): T => {
        const extensions = cost.extensions();
        return extensions ? { ...result, extensions: { ...(result.extensions ?? {}), ...extensions } } : result;
      };
      return {
        onExecuteDone({ result, setResult }) {
          if (!(Symbol.asyncIterator in result)) return setResult(told(result));
          return {
            onNext({ result: part, setResult: setPart }) {
              if ('hasNext' in part && part.hasNext === false) setPart(told(part));
            },
          };
        },
      };
    },
  };
}

/** A client that reads plain JSON alone gets one answer: deferring would end in a 406 after everything was paid. */
function deferForThoseWhoCanRead(): Plugin {
  const plain = new WeakMap<DocumentNode, DocumentNode>();
  return {
    onExecute({ args }) {
      const accept: string = args.contextValue.request?.headers.get('accept') ?? '';
      if (/multipart\/mixed|text\/event-stream/i.test(accept)) return;
      const whole: DocumentNode = args.document;
      const document =
        plain.get(whole) ??
        visit(whole, {
          Directive: (node) => (node.name.value === 'defer' || node.name.value === 'stream' ? null : undefined),
        });
      plain.set(whole, document);
      args.document = document;
    },
  };
}
