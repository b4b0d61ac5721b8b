import type { Attribute } from '../encode/encoder.ts';

/** An attribute's label for "nothing of the kind": a subject is no product, a text may name no color. */
export const NONE = 'none';

/** Whether an attribute says something that can be acted on. */
export const isTold = (attribute: Attribute | undefined): attribute is Attribute =>
  attribute?.confident === true && attribute.value !== NONE;
