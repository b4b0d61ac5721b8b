import { start } from './asked.ts';
import type { SeededModels } from './encode-models.ts';
import type { SideQuestions, Taken } from './encode-side.ts';
import { startTorch, type Torch } from './encode-torch.ts';
import { interval, megabytes, number, table } from './report.ts';
import { type Ratio, type Round, ratio } from './statistics.ts';

export interface EncodeRun {
  readonly fp32: string;
  readonly int8: string | undefined;
  /** JPEGs of 512 x 512, each of other pixels. */
  readonly files: readonly string[];
  readonly quick: boolean;
  readonly torch: SeededModels | undefined;
  readonly print: (line: string) => void;
}

/** A round's work for each side. */
const PICTURES = 8;
const TEXTS = 32;

let made = 0;
/** Titles as shops have them, 8 to 24 tokens, no two alike. */
const title = () => {
  made++;
  const words = [
    'leopard',
    'phone',
    'case',
    'soft',
    'cotton',
    'shirt',
    'with',
    'striped',
    'sleeves',
    'and',
    'a',
    'hood',
  ];
  return Array.from({ length: 5 + (made % 12) }, (_, place) => words[(made * 7 + place * 5) % words.length]).join(' ');
};

interface Goal {
  readonly what: string;
  readonly least?: number;
  readonly most?: number;
}

/** Pictures and texts a second, all sides in alternating rounds of one run. */
export async function rates({ fp32, int8, files, quick, torch, print }: EncodeRun): Promise<void> {
  const entry = new URL('./encode-side.ts', import.meta.url);
  const side = (name: 'ours' | 'bare', folder: string) => start<SideQuestions>(entry, [name, folder]);
  const node = {
    'margay fp32': await side('ours', fp32),
    'ONNX Runtime by hand, fp32': await side('bare', fp32),
    ...(int8 && { 'margay int8': await side('ours', int8), 'ONNX Runtime by hand, int8': await side('bare', int8) }),
  };
  const eager: Torch | undefined = torch && (await startTorch(torch));
  const sides: Record<string, (kind: 'pictures' | 'texts', items: readonly string[]) => Promise<Taken>> = {
    ...Object.fromEntries(
      Object.entries(node).map(([name, asked]) => [
        name,
        (kind: 'pictures' | 'texts', items: readonly string[]) => asked.ask(kind, items),
      ]),
    ),
    ...(eager && { 'PyTorch eager, one at a time': (kind, items) => eager.ask(kind, items) }),
  };
  const names = Object.keys(sides);
  const rounds = quick ? 2 : 10;
  const none = () => Object.fromEntries(names.map((name): [string, number[]] => [name, []]));
  const took = { pictures: none(), texts: none() };
  const apart: Record<string, number> = {};
  for (const kind of ['pictures', 'texts'] as const) {
    const count = kind === 'pictures' ? PICTURES : TEXTS;
    for (let round = -1; round < rounds; round++) {
      const items =
        kind === 'pictures'
          ? Array.from({ length: count }, (_, place) => files[((round + 1) * count + place) % files.length]!)
          : Array.from({ length: count }, title);
      const order = round % 2 ? names : names.toReversed();
      const vectors: Record<string, readonly Float32Array[]> = {};
      for (const name of order) {
        const taken = await sides[name]!(kind, items);
        vectors[name] = taken.vectors;
        // The first round warms all sides up.
        if (round >= 0) took[kind][name]!.push((1000 * count) / taken.ms);
      }
      for (const name of names) {
        const worst = Math.min(...vectors[name]!.map((vector, place) => dot(vector, vectors['margay fp32']![place]!)));
        apart[`${kind} ${name}`] = Math.min(worst, apart[`${kind} ${name}`] ?? 1);
      }
    }
  }

  const compare = (kind: 'pictures' | 'texts', a: string, b: string): Ratio =>
    ratio(took[kind][a]!.map((value, round): Round => ({ a: [value], b: [took[kind][b]![round]!] })));
  print(
    `Embedded a second, medians of ${rounds} rounds of ${PICTURES} JPEGs of 512 x 512 (decoded, resized, embedded by themselves) and of ${TEXTS} titles of 5 to 16 words; least cosine to margay fp32`,
  );
  for (const line of table([
    ['side', 'pictures/s', 'least cosine', 'texts/s', 'least cosine', 'MB'],
    ...(await Promise.all(
      names.map(async (name) => {
        const asked = node[name as keyof typeof node];
        const memory = asked ? await asked.ask('memory', null) : await eager!.memory();
        const rate = (kind: 'pictures' | 'texts') => number(ratio([{ a: took[kind][name]!, b: [1] }]).a);
        return [
          name,
          rate('pictures'),
          apart[`pictures ${name}`]!.toFixed(6),
          rate('texts'),
          apart[`texts ${name}`]!.toFixed(6),
          megabytes(memory),
        ];
      }),
    )),
  ]))
    print(line);

  const goals: [kind: 'pictures' | 'texts', a: string, b: string, goal: Goal][] = [
    [
      'pictures',
      'margay fp32',
      'PyTorch eager, one at a time',
      { what: 'fp32 pictures/s against PyTorch', least: 1.3 },
    ],
    ['pictures', 'margay int8', 'PyTorch eager, one at a time', { what: 'int8 pictures/s against PyTorch', least: 3 }],
    ['texts', 'margay fp32', 'PyTorch eager, one at a time', { what: 'fp32 texts/s against PyTorch' }],
    ['texts', 'margay int8', 'PyTorch eager, one at a time', { what: 'int8 texts/s against PyTorch', least: 4 }],
    [
      'pictures',
      'ONNX Runtime by hand, fp32',
      'margay fp32',
      { what: 'fp32 pictures, overhead above ONNX Runtime by hand', most: 1.1 },
    ],
    [
      'pictures',
      'ONNX Runtime by hand, int8',
      'margay int8',
      { what: 'int8 pictures, overhead above ONNX Runtime by hand', most: 1.1 },
    ],
    [
      'texts',
      'ONNX Runtime by hand, fp32',
      'margay fp32',
      { what: 'fp32 texts, overhead above ONNX Runtime by hand', most: 1.1 },
    ],
    [
      'texts',
      'ONNX Runtime by hand, int8',
      'margay int8',
      { what: 'int8 texts, overhead above ONNX Runtime by hand', most: 1.1 },
    ],
  ];
  const rows = [['ratio of medians', 'measured', 'goal', '']];
  for (const [kind, a, b, { what, least, most }] of goals) {
    if (!sides[a] || !sides[b]) continue;
    const found = compare(kind, a, b);
    const met = (least === undefined || found.ratio >= least) && (most === undefined || found.ratio <= most);
    const goal = least === undefined ? (most === undefined ? '' : `<= ${most}`) : `>= ${least}`;
    rows.push([what, interval(found), goal, met ? '' : 'MISSED']);
  }
  print('');
  for (const line of table(rows)) print(line);
  if (!eager) print('  Without PyTorch: it is compared where scripts/export-venv.sh was run and no --model is given.');
  for (const asked of Object.values(node)) await asked.end();
  await eager?.end();
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * b[index]!, 0);
}
