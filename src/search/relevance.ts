import type { Embed, Encoder } from '../encode/encoder.ts';

export interface RelevanceStages {
  readonly encoder: Pick<Encoder, 'info'>;
  /** What of a product the stored vectors are made of. */
  readonly embed: Embed;
}

/** The least cosine of what is likely to answer a query of words, a picture or both; undefined where none was calibrated. */
export function relevantFrom(
  { encoder, embed }: RelevanceStages,
  { text, picture }: { text: boolean; picture: boolean },
): number | undefined {
  return encoder.info.relevance?.[embed]?.[text && picture ? 'joint' : text ? 'text' : 'picture'];
}

/**
 * The same between stored products. Their vectors are those of pictures where pictures alone are embedded; of pictures with titles nothing
 * was calibrated against each other.
 */
export const similarFrom = (stages: RelevanceStages): number | undefined =>
  stages.embed === 'image' ? relevantFrom(stages, { text: false, picture: true }) : undefined;
