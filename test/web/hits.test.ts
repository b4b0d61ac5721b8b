import { describe, expect, test } from 'vitest';
import { cardLists, textNamed } from '../../web/hits.ts';

const hit = (id: string, extra: object = {}) => ({
  product: { id, title: `Title ${id}` },
  image: { url: `http://x/${id}.jpg` },
  score: 0.5,
  rank: 1,
  ...extra,
});

describe('lists with pictures, found by their shape', () => {
  test.each([
    ['hits', { search: { hits: [hit('a'), hit('b')] } }, [['search.hits', 'hits', 2]]],
    ['aliased fields', { s: { found: [{ ...hit('a'), image: { small: '/a.jpg' } }] } }, [['s.found', 'found', 1]]],
    [
      'both orders',
      { search: { hits: [hit('a')], reranked: [hit('a')] } },
      [
        ['search.hits', 'hits', 1],
        ['search.reranked', 'reranked', 1],
      ],
    ],
    [
      'products and their neighbors',
      { products: { nodes: [{ id: 'p', images: [{ url: 'http://x/p.jpg' }], similar: [hit('q')] }] } },
      [
        ['products.nodes', 'products', 1],
        ['products.nodes.0.similar', 'similar 1', 1],
      ],
    ],
    [
      'edges',
      { products: { edges: [{ node: { id: 'p', images: [{ url: 'http://x/p.jpg' }] } }] } },
      [['products.edges', 'products', 1]],
    ],
    ['one without a picture is passed over', { hits: [hit('a'), { product: { id: 'b' } }] }, [['hits', 'hits', 1]]],
    ['a picture that is no web address', { hits: [{ ...hit('a'), image: { url: 'javascript:alert(1)' } }] }, []],
    ['no pictures asked for', { search: { hits: [{ score: 1 }] } }, []],
    ['nothing', null, []],
    ['an error', undefined, []],
  ])('%s', (_what, data, expected) => {
    expect(cardLists(data).map(({ path, label, cards }) => [path, label, cards.length])).toEqual(expected);
  });

  test('of another catalog: its pictures and its first text, whatever they are called', () => {
    const book = { id: 'b', pages: 3, name: 'Salt Roads', tags: ['a'], covers: [{ url: '/c.png' }] };
    expect(cardLists({ products: { nodes: [book] } })).toEqual([
      expect.objectContaining({ cards: [expect.objectContaining({ title: 'Salt Roads', picture: '/c.png' })] }),
    ]);
  });

  test('a reranked hit shows its new place and its reason', () => {
    const [list] = cardLists({ reranked: [hit('a', { position: 2, rank: 7, reason: 'spots' })] });
    expect(list?.cards[0]).toMatchObject({
      title: 'Title a',
      rank: 2,
      score: 0.5,
      reason: 'spots',
      picture: 'http://x/a.jpg',
    });
  });
});

test.each([
  ['deep', { search: { rationale: 'because' } }, 'because'],
  ['null', { search: { rationale: null } }, undefined],
  ['absent', { search: {} }, undefined],
])('the rationale: %s', (_what, data, expected) => {
  expect(textNamed(data, 'rationale')).toBe(expected);
});
