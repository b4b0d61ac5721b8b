/** One input of an example, as the authors' code is given it; `image` is a path from their folder. */
export interface CardInput {
  readonly text?: string;
  readonly image?: string;
}

/** An example of the authors' README: what is encoded, and the similarities of the first input to the others that they print. */
export interface CardExample {
  readonly model: 'visualized-bge-base' | 'visualized-bge-m3';
  readonly inputs: readonly CardInput[];
  readonly similarities: readonly number[];
}

/** Reads the examples in the README of the authors' `research/visual_bge`, so that nothing of it need be repeated here. */
export function cardExamples(readme: string): CardExample[] {
  const blocks = [...readme.matchAll(/^``` *python\n(.*?)^```/gms)].map(([, block]) => block!);
  return blocks.flatMap((block) => {
    const similarities = [...(/# (tensor.*)/.exec(block)?.[1] ?? '').matchAll(/\[\[([\d.]+)\]\]/g)].map(([, number]) =>
      Number(number),
    );
    if (similarities.length === 0) return [];
    return [
      {
        model: /model_name_bge *= *"[^"]*m3"/.test(block) ? 'visualized-bge-m3' : 'visualized-bge-base',
        inputs: [...block.matchAll(/model\.encode\((.*)\)/g)].map(([, given]) => cardInput(given!)),
        similarities,
      } satisfies CardExample,
    ];
  });
}

function cardInput(given: string): CardInput {
  const read = (name: string) => {
    const quoted = new RegExp(`${name} *= *("(?:[^"\\\\]|\\\\.)*")`).exec(given)?.[1];
    return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
  };
  const [text, image] = [read('text'), read('image')];
  return { ...(text !== undefined && { text }), ...(image !== undefined && { image }) };
}
