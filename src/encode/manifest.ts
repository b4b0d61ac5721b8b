import { z } from 'zod';

/** A plain name: a manifest must not reach outside its own folder. */
const FileName = z.string().regex(/^\w[\w.-]*$/, 'must be the name of a file beside model.json');
export const FileSchema = z.object({
  file: FileName,
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
});
/** ONNX keeps at most 2 GB in one file: `data` names the files that hold the weights of a larger graph. */
const Graph = FileSchema.extend({ data: z.array(FileSchema).default([]) });
const Channels = z.tuple([z.number(), z.number(), z.number()]);
const Size = z.number().int().positive();

const PictureRule = z.object({
  /** Side in pixels of the square that the model sees. */
  size: Size.max(2048),
  /** `short-side` keeps the shape (the long side truncated, as torchvision does) and is cropped; `stretch` gives the square at once. */
  resize: z.enum(['short-side', 'stretch']),
  crop: z.enum(['center', 'none']),
  kernel: z.enum(['cubic', 'lanczos3']),
  /** How the resize is computed: `exact` is PIL's fixed-point arithmetic bit for bit, `fast` the image library's own. */
  method: z.enum(['exact', 'fast']),
  mean: Channels,
  std: Channels.refine((std) => std.every((value) => value > 0), 'must be positive'),
});

const fits = ({ resize, crop }: z.infer<typeof PictureRule>) => (resize === 'stretch') === (crop === 'none');
const UNFITTING = { path: ['crop'], message: 'must be none with stretch and center with short-side' };

const Heads = z.record(
  z.string(),
  z.object({ labels: z.array(z.string()).min(2), threshold: z.number().min(0).max(1) }),
);

const Words = FileSchema.extend({
  /** Of a text alone, its frame included. */
  maxTokens: z.number().int().min(3),
  padId: z.number().int().min(0),
});

const Cosine = z.number().gt(-1).lt(1).optional();
const Thresholds = z.strictObject({ text: Cosine, picture: Cosine, joint: Cosine });

const described = {
  name: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  version: z.string(),
  license: z.string().min(1),
  description: z.string(),
  demo: z.boolean().default(false),
  /** Of a demo model: how it fares on photos that are not its own, in figures. Told to whoever indexes some. */
  caution: z.string().min(1).optional(),
  languages: z.array(z.string()),
  precision: z.enum(['fp32', 'int8']),
  dimensions: Size.max(16_384),
  normalize: z.literal(true),
  /** Cosines from which on a hit counts as relevant, printed by `npm run eval -- --calibrate`; by what CATALOG_EMBED embeds of a product. */
  relevance: z.strictObject({ image: Thresholds.optional(), 'image+title': Thresholds.optional() }).optional(),
};

/**
 * One vector is computed from words and picture together, as Visualized BGE does: `vision` gives the picture's tokens, which stand between [CLS] and
 * the words in `encode`.
 */
const Joint = z.object({
  mode: z.literal('joint'),
  ...described,
  graphs: z.object({ vision: Graph, encode: Graph }),
  tokenizer: Words.extend({
    /** Of a text beside a picture, its frame included; as many as alone by default. */
    maxTokensWithPicture: z.number().int().min(3).optional(),
  }),
  /** The vision graph gives `tokens` vectors of `width` floats a picture. */
  picture: PictureRule.extend({ tokens: Size, width: Size }).refine(fits, UNFITTING),
  /** Where there is no picture: the positions of [CLS] and of the first token after it. With one, [CLS] is at 0 and the words follow the picture. */
  positions: z.object({ cls: z.number().int().min(0).default(0), text: z.number().int().min(0) }),
  pooling: z.literal('cls'),
  attributes: Heads.default({}),
});

/** Inputs and outputs have the names that the published graphs give them. */
const Name = z.string().min(1);

/** Words and picture have a vector each, as in CLIP and SigLIP; a query of both is their weighted sum. */
const TwoTower = z.object({
  mode: z.literal('two-tower'),
  ...described,
  graphs: z.object({
    vision: Graph.extend({ input: Name, output: Name }),
    /** `mask` is the input of the attention mask, where the graph has one. */
    text: Graph.extend({ input: Name, output: Name, mask: Name.optional() }),
  }),
  tokenizer: Words.extend({
    /** `max` where the model was trained on texts that all have `maxTokens` tokens, padding included, as SigLIP was. */
    padding: z.enum(['longest', 'max']),
  }),
  picture: PictureRule.refine(fits, UNFITTING),
  fusion: z.object({
    /** Share of the picture in a query of both, chosen by `npm run eval`. Stored vectors of picture and title are always half and half. */
    pictureWeight: z.number().min(0).max(1),
    /** What is added up: vectors of length one, or as the towers give them (BGE-VL). */
    of: z.enum(['unit', 'raw']),
  }),
});

/**
 * model.json, told apart by `mode`: how the model makes one vector of words and a picture. MagicLens (a head that attends over both towers' vectors,
 * for composed queries alone) will be a mode of its own here.
 */
export const ManifestSchema = z.discriminatedUnion('mode', [Joint, TwoTower]);

export type Manifest = z.infer<typeof ManifestSchema>;
export type JointManifest = z.infer<typeof Joint>;
export type TwoTowerManifest = z.infer<typeof TwoTower>;
export type PictureRule = z.infer<typeof PictureRule>;

export const GoldenSchema = z.object({
  tolerance: z.number().positive().max(1e-3),
  cases: z
    .array(
      z
        .object({
          name: z.string(),
          text: z.string().nullish(),
          ids: z.array(z.number().int()).nullish(),
          /** Base64 of size x size x 3 bytes: the model's pixels, past resize and crop. */
          pixels: z.base64().nullish(),
          vector: z.array(z.number()),
        })
        .refine((golden) => golden.text != null || golden.pixels != null, 'needs text or pixels'),
    )
    .min(1),
});
export type Golden = z.infer<typeof GoldenSchema>;

/** Every file of the folder that the manifest names. */
export function filesOf({ graphs, tokenizer }: Manifest): z.infer<typeof FileSchema>[] {
  return [...Object.values(graphs).flatMap((graph) => [graph, ...graph.data]), tokenizer];
}
