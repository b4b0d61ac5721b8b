import { COLORS, KINDS, PRINTS } from '../demo/vocabulary.ts';
import type { Labels } from './demo-queries.ts';

export const ATTRIBUTES = ['kind', 'print', 'color'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

/** One attribute that a reason names. */
export interface Claim {
  readonly attribute: Attribute;
  readonly value: string;
  /** The product has it and it was asked for; it has it in place of what was asked for; it was asked for and is not there. */
  readonly as: 'met' | 'instead' | 'missed';
}

/** "A red mug, as asked, but striped pattern instead of leopard pattern." */
const REASON = /^(?<met>.+), as asked(?:, but (?<instead>.+) instead of (?<missed>.+))?\.$/;
const PATTERN = new RegExp(`(?<print>${PRINTS.join('|')}|no) pattern`);
const anyOf = (labels: readonly string[]) => new RegExp(`(?<![\\w-])(?:${labels.join('|')})(?![\\w-])`);
const KIND = anyOf(KINDS);
const COLOR = anyOf(COLORS);

/** All that a reason of the pocket reranker names; nothing of a sentence that is made otherwise. */
export function claimsIn(reason: string): Claim[] {
  const parts = REASON.exec(reason)?.groups ?? {};
  return (['met', 'instead', 'missed'] as const).flatMap((as) =>
    named(parts[as]?.toLowerCase() ?? '').map(([attribute, value]) => ({ attribute, value, as })),
  );
}

function named(phrase: string): [Attribute, string][] {
  const print = PATTERN.exec(phrase)?.groups?.print;
  // A print may be the name of a thing or a color.
  const rest = phrase.replace(PATTERN, '');
  const found: Record<Attribute, string | undefined> = {
    kind: KIND.exec(rest)?.[0],
    print: print === 'no' ? 'plain' : print,
    color: COLOR.exec(rest)?.[0],
  };
  return ATTRIBUTES.flatMap((attribute): [Attribute, string][] => {
    const value = found[attribute];
    return value ? [[attribute, value]] : [];
  });
}

/**
 * Whether the labels say so too. What is asked for is `asks`, what the product has is `shows`: a color that is named of a print in its natural colors is
 * wrong, whichever it is, since its label is "natural".
 */
export function isTrue({ attribute, value, as }: Claim, asks: Labels, shows: Labels): boolean {
  const asked = asks[attribute] === value;
  const there = shows[attribute] === value;
  switch (as) {
    case 'met':
      return asked && there;
    case 'instead':
      return there && !asked;
    case 'missed':
      return asked && !there;
  }
}
