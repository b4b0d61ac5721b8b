/** Width and height in pixels. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** Tokens that a picture takes by the public formula of a family of models. */
export interface TokenFormula {
  readonly family: string;
  readonly matches: RegExp;
  readonly tokens: (size: Size) => number;
}

const PHI_TILE = 336;
const LLAMA_TILE = 560;

/**
 * Phi-3 and Phi-3.5 vision: the picture is scaled to a grid of at most `crops` tiles of 336 px, 144 tokens each, with a global view and separators
 * (image_processing_phi3_v of the published checkpoints).
 */
const phiTokens =
  (crops: number) =>
  ({ width, height }: Size): number => {
    const ratio = Math.max(width, height) / Math.min(width, height);
    let scale = 1;
    while (scale * Math.ceil(scale / ratio) <= crops) scale++;
    const long = scale - 1;
    const short = Math.ceil(Math.round((long * PHI_TILE) / ratio) / PHI_TILE);
    const [columns, rows] = width >= height ? [long, short] : [short, long];
    return (rows * columns + 1) * 144 + 1 + (rows + 1) * 12;
  };

/** Qwen2-VL and Qwen2.5-VL: sides rounded to multiples of 28 px, one token for 28 x 28, between 4 and 16,384 of them, and two marks around (smart_resize of qwen_vl_utils). */
export function qwenTokens({ width, height }: Size): number {
  const [columns, rows] = [width, height].map((side) => Math.max(1, Math.round(side / 28))) as [number, number];
  return Math.min(16_384, Math.max(4, columns * rows)) + 2;
}

/** Llama 3.2 Vision: up to four tiles of 560 px, 1,601 cross-attention states each (they are not prompt tokens, but cost as much). */
function llamaTokens({ width, height }: Size): number {
  const layouts: (readonly [columns: number, rows: number])[] = [
    [1, 1],
    [1, 2],
    [2, 1],
    [1, 3],
    [3, 1],
    [1, 4],
    [4, 1],
    [2, 2],
  ];
  const scaleOf = ([columns, rows]: readonly [number, number]) =>
    Math.min((columns * LLAMA_TILE) / width, (rows * LLAMA_TILE) / height);
  // The smallest enlargement, or else the least reduction; of equal ones the smallest canvas.
  const enlarging = layouts.filter((layout) => scaleOf(layout) >= 1);
  const better = (a: readonly [number, number], b: readonly [number, number]) =>
    (enlarging.length > 0 ? scaleOf(a) - scaleOf(b) : scaleOf(b) - scaleOf(a)) || a[0] * a[1] - b[0] * b[1];
  const [columns, rows] = (enlarging.length > 0 ? enlarging : layouts).toSorted(better)[0]!;
  return columns * rows * 1_601;
}

/** Gemma 3: a picture is 896 x 896 px and 256 tokens, whatever it was. */
const gemmaTokens = () => 256;

/** MiniCPM-V 2.6: up to nine slices of about 448 px beside an overview, 64 tokens each. */
function miniCpmTokens({ width, height }: Size): number {
  const slices = Math.min(9, Math.ceil((width * height) / (448 * 448)));
  return (slices > 1 ? slices + 1 : 1) * 64;
}

export const TOKEN_FORMULAS: readonly TokenFormula[] = [
  { family: 'Phi-3-vision', matches: /phi-?3(?!\.5)/i, tokens: phiTokens(16) },
  { family: 'Phi-3.5-vision', matches: /phi-?3\.5/i, tokens: phiTokens(4) },
  { family: 'Qwen2.5-VL', matches: /qwen/i, tokens: qwenTokens },
  { family: 'Llama-3.2-Vision', matches: /llama/i, tokens: llamaTokens },
  { family: 'Gemma 3', matches: /gemma/i, tokens: gemmaTokens },
  { family: 'MiniCPM-V', matches: /minicpm/i, tokens: miniCpmTokens },
];

/** By the model's name; a model that no formula is known for is taken for one of Qwen's. */
export const pictureTokens = (model: string, size: Size): number =>
  (TOKEN_FORMULAS.find(({ matches }) => matches.test(model))?.tokens ?? qwenTokens)(size);

/** Expected tokens of a text: about four characters each in European languages, one in East Asian ones. */
export function textTokens(text: string): number {
  let tokens = 0;
  for (const character of text) tokens += character.codePointAt(0)! > 0x2e7f ? 1 : 0.25;
  return Math.ceil(tokens);
}
