import type { Kind } from '../demo/vocabulary.ts';

// Whatever word stands in this file is kept out of training (training/filler.py reads it): evaluations ask with words that no model of ours has met.

/** Stand before what is asked for, and say nothing of kind, print or color. */
export const ADJECTIVES = [
  ...[
    'snazzy',
    'ergonomic',
    'quirky',
    'upcycled',
    'handcrafted',
    'trendy',
    'hipster',
    'arty',
    'edgy',
    'preloved',
    'luxe',
  ],
  ...['bespoke', 'minimalist', 'boho', 'retro', 'funky', 'posh', 'durable', 'waterproof', 'affordable'],
  ...['artisanal', 'fab', 'kitschy', 'washable', 'oversized', 'sturdy', 'swish', 'giftable', 'glitzy', 'preppy'],
];

/** Stand behind it. */
export const CLOSERS = [
  ...['for kayaking', 'for glamping', 'for camping', 'for commuting', 'for pilates', 'for surfing', 'for prom'],
  ...['for xmas', 'for easter', 'for hanukkah', 'for our housewarming', 'for the bachelorette', 'for the dorm'],
  ...['for my fiance', 'for my toddler', 'for my stepdad', 'for a coworker', 'for mum', 'for the bridesmaids'],
  ...['for a barista', 'as a keepsake', 'as a showpiece', 'as a freebie', 'as a splurge', 'with a lanyard'],
  ...['not too blingy', 'must be recyclable', 'preferably handmade', 'under thirty quid', 'similar to pinterest'],
];

/** Names of the kinds that no lexicon of ours has. */
export const SYNONYMS: Record<Kind, readonly string[]> = {
  'phone case': ['cellphone folio'],
  mug: ['stein', 'beaker', 'tankard'],
  't-shirt': ['jersey', 'crewneck'],
  backpack: ['packsack'],
  sneaker: ['plimsolls'],
  cushion: ['bolster'],
  lamp: ['luminaire'],
  armchair: ['wingback', 'fauteuil'],
  watch: ['ticker'],
  bottle: ['carafe'],
  umbrella: ['bumbershoot', 'gamp'],
  notebook: ['jotter', 'sketchbook', 'moleskine'],
  headphones: ['earbuds', 'airpods'],
  sunglasses: ['wayfarers', 'aviators', 'eyewear'],
  cap: ['ballcap', 'trucker'],
  dress: ['maxi'],
  rug: ['kilim', 'doormat'],
  plate: ['dinnerware', 'crockery'],
  guitar: ['stratocaster', 'strat'],
  teapot: ['brewpot'],
  vase: ['amphora', 'jardiniere'],
  suitcase: ['valise', 'samsonite', 'holdall'],
  handbag: ['satchel', 'reticule'],
  skateboard: ['longboard', 'pennyboard'],
};
