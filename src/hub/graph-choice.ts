import { MargayError } from '../errors.ts';
import type { GraphNames } from './graph-names.ts';

/** What in a manifest's graph is a name of the graph itself, and on which side it is to be found. */
const SLOTS = { input: 'inputs', output: 'outputs', mask: 'inputs' } as const;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const isSlot = (key: string): key is keyof typeof SLOTS => key in SLOTS;

/**
 * The manifest with one name for each input and output of its graphs. A known file may write `a|b` where exports of a model differ, and `a?` for an input
 * that not every export has: the graph decides. Without graphs the first name is taken, and what is optional left out.
 * @param graphs by file name.
 * @throws MargayError ENCODER_UNAVAILABLE when a graph has none of the names.
 */
export function withNames(
  manifest: Readonly<Record<string, unknown>>,
  graphs?: ReadonlyMap<string, GraphNames>,
): Record<string, unknown> {
  if (!isObject(manifest.graphs)) return { ...manifest };
  const chosen = Object.entries(manifest.graphs).map(([key, graph]) => {
    if (!isObject(graph)) return [key, graph];
    const file = String(graph.file);
    const slots = Object.entries(graph).map(([slot, written]) =>
      isSlot(slot) && typeof written === 'string'
        ? [slot, choice(file, slot, written, graphs?.get(file))]
        : [slot, written],
    );
    return [key, Object.fromEntries(slots.filter(([, value]) => value !== undefined))];
  });
  return { ...manifest, graphs: Object.fromEntries(chosen) };
}

function choice(file: string, slot: keyof typeof SLOTS, written: string, graph?: GraphNames): string | undefined {
  const optional = written.endsWith('?');
  const wanted = written.replace(/\?$/, '').split('|');
  if (!graph) return optional ? undefined : wanted[0];
  const there = graph[SLOTS[slot]];
  const found = wanted.find((name) => there.includes(name));
  if (found !== undefined || optional) return found;
  throw new MargayError(
    'ENCODER_UNAVAILABLE',
    `${file} has no ${slot} ${wanted.join(' or ')}; its ${SLOTS[slot]} are ${there.join(', ')}.`,
    { remedy: 'This version cannot run the graph. Choose another model, and tell the project.' },
  );
}
