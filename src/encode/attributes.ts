import type { Attribute, Attributes } from './encoder.ts';

export type Heads = Readonly<Record<string, { readonly labels: readonly string[]; readonly threshold: number }>>;

function best(labels: readonly string[], threshold: number, logits: Float32Array): Attribute {
  let top = 0;
  for (let index = 1; index < logits.length; index++) if (logits[index]! > logits[top]!) top = index;
  // Softmax relative to the greatest, so that nothing overflows; the greatest itself adds exp(0) = 1.
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - logits[top]!);
  const probability = 1 / sum;
  return { value: labels[top]!, probability, confident: probability >= threshold };
}

/** `logits` holds one row of scores per head, as long as its labels. */
export function attributesOf(heads: Heads, logits: Readonly<Record<string, Float32Array>>): Attributes {
  return Object.fromEntries(
    Object.entries(heads).map(([name, { labels, threshold }]) => [name, best(labels, threshold, logits[name]!)]),
  );
}
