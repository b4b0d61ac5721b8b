import { z } from 'zod';
import { MargayError } from './errors.ts';

// Every schema words its own fault: zod's words show patterns, once for each item.
const flag = z
  .enum(['0', '1', 'true', 'false', 'on', 'off'], 'expected 1 or 0')
  .transform((value) => ['1', 'true', 'on'].includes(value));
const integer = (min: number, max: number) =>
  z
    .string()
    .refine(
      (value) => /^\d+$/.test(value) && Number(value) >= min && Number(value) <= max,
      `expected a whole number from ${min} to ${max}`,
    )
    .transform(Number);
const share = z
  .string()
  .refine((value) => /^(0|1|0?\.\d+|1\.0+)$/.test(value), 'expected a number from 0 to 1, such as 0.5')
  .transform(Number);
const httpUrl = (example: string, key: string) =>
  z
    .string()
    .refine(isHttpUrl, `expected a URL such as ${example}, without user and password (a key is ${key})`)
    .transform((value) => value.replace(/\/+$/, ''));
const secret = z.string().regex(/^[\x21-\x7e]+$/, 'expected ASCII characters without blanks');
const oneOf = <const T extends readonly string[]>(...values: T) => z.enum(values, `expected ${values.join(' or ')}`);
const listOf = (accepts: (item: string) => boolean, fault: string) =>
  z
    .string()
    .transform((value) =>
      value
        .split(',')
        .map((item) => item.trim())
        .filter(Boolean),
    )
    .refine((items) => items.every(accepts), fault);
const keyHashes = () =>
  listOf(
    (item) => /^[0-9a-f]{64}$/i.test(item),
    'expected SHA-256 hashes in hex, 64 digits each; see README, Settings',
  ).default([]);
const isHttpUrl = (value: string) => /^https?:/.test(value) && URL.canParse(value) && !new URL(value).username;
const isOrigin = (value: string) => /^https?:/.test(value) && URL.canParse(value) && new URL(value).origin === value;
/** One that both a URL and gRPC understand. Only https has a port of its own in both. */
const isServer = (value: string) => {
  const [, scheme, port] = /^(?:(https?):\/\/)?(?:[^\s/?#@:[\]]+|\[[\da-f:.]+\])(?::(\d+))?$/i.exec(value) ?? [];
  return (port !== undefined || scheme === 'https') && URL.canParse(scheme ? value : `http://${value}`);
};

/**
 * Every setting, once: its name, its bounds, its default and what it means. README's table is made from the descriptions
 * (a test compares them), and faults never print a value: it may be a secret.
 */
const Settings = z.object({
  PORT: integer(0, 65_535).default(4000).describe('Port to listen on; 0 takes a free one.'),
  HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. Beyond loopback `HTTP_API_KEYS`, `HTTP_ADMIN_KEYS` or `HTTP_OPEN=1` is needed.'),
  MARGAY_DATA: z
    .string()
    .min(1)
    .default('.margay')
    .describe('Folder that holds the catalog, its pictures and the demo.'),
  HTTP_API_KEYS: keyHashes().describe(
    'SHA-256 hashes (hex, comma-separated) of the keys that clients send as `Authorization: Bearer KEY`. They may read.',
  ),
  HTTP_ADMIN_KEYS: keyHashes().describe(
    'The same for keys that may also write (`indexProducts`, `deleteProducts`). On loopback with no keys of either kind and no `HTTP_OPEN` anyone may.',
  ),
  HTTP_OPEN: flag
    .default(false)
    .describe(
      '`1` serves anyone who can reach a `HOST` beyond loopback, with no key, and on loopback answers to any `Host`.',
    ),
  HTTP_ORIGINS: listOf(isOrigin, 'expected origins such as https://shop.example, with no path')
    .default([])
    .describe('Origins of web pages that may call the API, comma-separated. None by default; GraphiQL needs none.'),
  HTTP_PUBLIC_URL: z
    .string()
    .refine(isOrigin, 'expected an origin such as https://shop.example, with no path')
    .optional()
    .describe("Origin written into picture URLs; by default the request's own `Host`."),
  HTTP_TIMEOUT_MS: integer(100, 600_000)
    .default(30_000)
    .describe('Deadline of each step of a search (picture, embedding, retrieval), in milliseconds.'),
  ENCODER: z.string().min(1).default('pocket').describe('Encoder: a folder of `models/`, or a path to one.'),
  ENCODER_THREADS: integer(1, 64)
    .optional()
    .describe('Threads of one inference; by default all cores up to 8, for a small model half of them, 1 or 2.'),
  ENCODER_WORKERS: integer(1, 64)
    .optional()
    .describe('Processes that hold the whole model each; by default one for 8 cores, in a quarter of the memory.'),
  ENCODER_URL: httpUrl('http://127.0.0.1:8000/v1', 'ENCODER_KEY')
    .optional()
    .describe(
      'A server that has the encoder, in place of `ENCODER`: what stands before its `/embeddings`, as in http://HOST:8000/v1 (vLLM) or http://HOST:7997 (Infinity).',
    ),
  ENCODER_API: oneOf('vllm', 'infinity')
    .default('vllm')
    .describe('Which server that is: their embedding requests with pictures differ.'),
  ENCODER_MODEL: z.string().min(1).optional().describe('Name of the embedding model on that server.'),
  ENCODER_KEY: secret.optional().describe('API key of that server.'),
  ENCODER_TIMEOUT_MS: integer(100, 300_000)
    .default(15_000)
    .describe('Deadline of one embedding by that server, waiting and the retry included, in milliseconds.'),
  ENCODER_PICTURE_SIDE: integer(64, 1024)
    .default(448)
    .describe('Short side of the pictures that it is sent, in pixels. Another one needs the catalog indexed again.'),
  ENCODER_PICTURE_WEIGHT: share
    .default(0.5)
    .describe(
      'Share of the picture in a query of words and a picture, where that model gives each a vector of its own.',
    ),
  HF_ENDPOINT: httpUrl('https://huggingface.co', 'HF_TOKEN')
    .default('https://huggingface.co')
    .describe('Model hub that `npm run model -- pull` downloads from, or a mirror of it.'),
  HF_TOKEN: secret
    .optional()
    .describe(
      'Token for gated and private models. It is sent to the hub alone, and to no host that the hub redirects to.',
    ),
  HF_HUB_DOWNLOAD_TIMEOUT: integer(1, 3_600)
    .default(30)
    .describe('A hub that sends nothing for so long is left and asked again, in seconds.'),
  HTTPS_PROXY: z
    .string()
    .min(1)
    .optional()
    .describe('Proxy for downloads by https, `http://HOST:PORT` or with `USER:PASSWORD@`.'),
  HTTP_PROXY: z.string().min(1).optional().describe('Proxy for downloads by plain http.'),
  NO_PROXY: z.string().min(1).optional().describe('Hosts that need no proxy, comma-separated.'),
  CATALOG_FILE: z
    .string()
    .min(1)
    .optional()
    .describe("GraphQL file that says what a product of your catalog is. By default `catalog.graphql`, the demo's."),
  CATALOG_EMBED: oneOf('image', 'image+title')
    .default('image')
    .describe('What of a product is embedded: its pictures alone, or each with the title.'),
  RERANK: oneOf('on', 'off').default('on').describe('`off` switches the rerank pass off for all searches.'),
  RERANK_URL: httpUrl('http://127.0.0.1:8000/v1', 'RERANK_KEY')
    .optional()
    .describe('An OpenAI-compatible vision server, with its `/v1`. Without it the built-in pocket reranker serves.'),
  RERANK_MODEL: z.string().min(1).optional().describe('Name of the vision model on that server.'),
  RERANK_KEY: secret.optional().describe('API key of that server.'),
  RERANK_TIMEOUT_MS: integer(100, 300_000)
    .default(20_000)
    .describe('Deadline of a whole rerank pass, captions and retries included, in milliseconds.'),
  RERANK_FLOW: oneOf('caption', 'single')
    .default('caption')
    .describe(
      '`caption` asks for a caption of the picture first and ranks with it; `single` asks for all in one answer.',
    ),
  RERANK_VOTES: oneOf('1', '2')
    .transform((value) => (value === '2' ? 2 : 1))
    .default(1)
    .describe('`2` asks twice, with the tiles in other places, and believes only answers that agree.'),
  RERANK_TOKENS_PER_HOUR: integer(1, 1_000_000_000)
    .optional()
    .describe('Tokens of the rerank model per client (API key, else address) in any hour. No limit by default.'),
  MILVUS_ADDRESS: z
    .string()
    .refine(isServer, 'expected HOST:PORT, such as 127.0.0.1:19530 or [::1]:19530, or https://HOST:PORT')
    .optional()
    .describe('`host:port` of a Milvus server. Without it LanceDB runs in process.'),
  MILVUS_TOKEN: z.string().min(1).optional().describe('Token for Milvus (`user:password` or an API key).'),
  MILVUS_DATABASE: z.string().min(1).optional().describe('Database on Milvus.'),
});

export type Config = Readonly<z.infer<typeof Settings>>;

/** Name, default and meaning of every setting, in order. */
export const SETTINGS = Object.entries(Settings.shape).map(([name, schema]) => {
  const fallback = schema.safeParse(undefined).data;
  return {
    name,
    fallback: Array.isArray(fallback) ? fallback.join(',') : fallback === undefined ? '' : String(fallback),
    meaning: schema.description ?? '',
  };
});

/** Whether only this machine can reach the address. */
export const isLoopback = (host: string) => host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

/**
 * Reads the environment. An empty variable counts as unset.
 * @throws MargayError BAD_INPUT naming every faulty setting at once, and no value.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.keys(Settings.shape).flatMap((name) => {
      // Proxies are as often written in lower case, which curl and Node prefer.
      const value = (name.endsWith('_PROXY') && env[name.toLowerCase()]?.trim()) || env[name]?.trim();
      return value ? [[name, value]] : [];
    }),
  );
  const parsed = Settings.safeParse(given);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path[0]?.toString()}: ${issue.message}`);
  // Each by itself, so that this fault is told beside those of other settings.
  const { HOST, HTTP_API_KEYS, HTTP_ADMIN_KEYS, HTTP_OPEN } = Settings.shape;
  const noKeys =
    HTTP_API_KEYS.safeParse(given.HTTP_API_KEYS).data?.length === 0 &&
    HTTP_ADMIN_KEYS.safeParse(given.HTTP_ADMIN_KEYS).data?.length === 0;
  const closed = HTTP_OPEN.safeParse(given.HTTP_OPEN).data === false;
  if (!isLoopback(HOST.parse(given.HOST)) && noKeys && closed)
    faults.push(
      'HOST: other machines could reach this address: set HTTP_API_KEYS or HTTP_ADMIN_KEYS (hashes of keys), or HTTP_OPEN=1 to serve anyone',
    );
  for (const stage of ['ENCODER', 'RERANK']) {
    const [url, model] = [`${stage}_URL`, `${stage}_MODEL`];
    if (given[url] !== undefined && given[model] === undefined)
      faults.push(`${model}: expected the name of a model on the server at ${url}`);
    if (given[model] !== undefined && given[url] === undefined) faults.push(`${url}: expected the server of ${model}`);
  }
  if (given.ENCODER !== undefined && given.ENCODER_URL !== undefined)
    faults.push('ENCODER: expected nothing beside ENCODER_URL, whose model is ENCODER_MODEL');
  if (!parsed.success || faults.length > 0)
    throw new MargayError(
      'BAD_INPUT',
      `The settings have ${faults.length} fault(s):\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  return Object.freeze(parsed.data);
}
