import { readFile } from 'node:fs/promises';
import { OnnxEncoder } from '../src/encode/onnx-encoder.ts';
import { SharpDecoder } from '../src/image/sharp-decoder.ts';
import type { EncodeRun } from './encode-rates.ts';
import { text } from './queries.ts';
import { number, table } from './report.ts';
import { median } from './statistics.ts';

const LOADS = 3;
const QUERIES = 10;

/** Whether the first search pays for warming up, and what a search waits for during an import. */
export async function firstSearches({ fp32, int8, files, quick, print }: EncodeRun): Promise<void> {
  const { signal } = new AbortController();
  const decoder = new SharpDecoder();
  const rows = [
    ['encoder', 'load, s', 'first query, ms', 'later, ms', 'during an import, ms', 'one indexed picture, ms'],
  ];
  for (const [name, folder] of [
    ['fp32', fp32],
    ['int8', int8],
  ] as const) {
    if (!folder) continue;
    const [loads, first, later, during, indexed]: number[][] = [[], [], [], [], []];
    for (let load = 0; load < (quick ? 1 : LOADS); load++) {
      const loading = performance.now();
      const encoder = await OnnxEncoder.load(folder, { decoder });
      loads!.push((performance.now() - loading) / 1000);
      const pixels = await Promise.all(
        files.slice(0, 24).map(async (file) => {
          const { picture } = await decoder.decode(await readFile(file), { signal, needs: encoder.info.needs });
          return encoder.prepare(picture, { signal });
        }),
      );
      const timed = async (work: () => Promise<unknown>) => {
        const started = performance.now();
        await work();
        return performance.now() - started;
      };
      const query = (place: number) => () => encoder.encode({ text: text(), pixels: pixels[place]! }, { signal });
      first!.push(await timed(query(0)));
      for (let place = 1; place < QUERIES; place++) later!.push(await timed(query(place)));
      const importing = Promise.all(
        pixels.map(async (picture) => encoder.encode({ pixels: picture }, { signal, priority: 'index' })),
      );
      for (let place = 0; place < 6; place++)
        during!.push(await timed(() => encoder.encode({ text: text() }, { signal })));
      await importing;
      indexed!.push(await timed(() => encoder.encode({ pixels: pixels[0]! }, { signal, priority: 'index' })));
      await encoder.close();
    }
    const cell = (values: number[] | undefined) => number(median(values!));
    rows.push([name, cell(loads), cell(first), cell(later), cell(during), cell(indexed)]);
  }
  await decoder.close();
  print(
    'The first joint query after loading against later ones; a text query while 24 pictures are indexed waits for one run of one picture at most',
  );
  for (const line of table(rows)) print(line);
}
