import type { CatalogFields } from './catalog-fields.ts';
import { EXAMPLE_PICTURE } from './example-picture.ts';

export interface Example {
  /** As the menu says it; the tab itself is named after the operation. */
  readonly label: string;
  readonly query: string;
  readonly variables?: string;
}

const json = (value: unknown) => JSON.stringify(value, null, 2);

/** Operations that run as they are on the catalog of these fields. */
export function examplesFor({ title, images, text, number, others, filtered }: CatalogFields): readonly Example[] {
  const select = (...names: (string | undefined)[]) => ['id', title, ...names].filter(Boolean).join(' ');
  const [note, words] = filtered
    ? [
        `# The filter leaves out what has no ${filtered}.\n`,
        `\n    text: $text\n    topK: 12\n    filter: { ${filtered}: { isNull: false } }\n  `,
      ]
    : ['', 'text: $text, topK: 12'];
  return [
    {
      label: 'A picture and four words',
      query: `# A leopard, and "phone case with this":
# press play (Ctrl-Enter). Then attach a picture
# of your own, below, and press it again.
query Leopard($image: Upload!) {
  search(text: "phone case with this", image: $image) {
    queryCaption
    rationale
    reranked {
      position
      rank
      score
      product { ${select(number ?? text)} }
      image { url(width: 320) }
    }
    hits {
      rank
      score
      product { ${select()} }
      image { url(width: 320) }
    }
    rerank { status model calls milliseconds }
    image { id expiresAt }
  }
}
`,
      variables: json({ image: EXAMPLE_PICTURE }),
    },
    {
      label: 'Words alone',
      query: `# Nothing here asks for a reason or a second order:
# no reranker is called, and nothing paid.
${note}query Words($text: String!) {
  search(${words}) {
    scoreKind
    hits {
      rank
      score
      product { ${select(text, number)} }
      image { url(width: 320) }
    }
  }
}
`,
      variables: json({ text: 'leopard print phone case' }),
    },
    {
      label: 'The reasons, after the hits',
      query: `# The hits come at once,
# the second opinion when it is ready.
query Reasons($image: Upload!) {
  search(text: "tote bag with this", image: $image) {
    hits {
      rank
      score
      product { ${select()} }
      image { url(width: 320) }
    }
    ... @defer {
      rationale
      reranked {
        position
        reason
        score
        product { ${select()} }
        image { url(width: 320) }
      }
      rerank { status fallback model calls cached milliseconds }
    }
  }
}
`,
      variables: json({ image: EXAMPLE_PICTURE }),
    },
    {
      label: 'The next page, by imageId',
      query: `# A picture is sent once; its id pages on for an hour.
# A program keeps search { image { id } }. For a picture
# in an ID variable, this page calls uploadImage.
query NextPage($imageId: ID!, $offset: Int!) {
  search(text: "phone case with this", imageId: $imageId, offset: $offset) {
    image { id expiresAt image { width height } }
    hits {
      rank
      score
      product { ${select()} }
      image { url(width: 320) }
    }
  }
}
`,
      variables: json({ imageId: EXAMPLE_PICTURE, offset: 9 }),
    },
    {
      label: 'Products and what is like them',
      query: `# One product alone: product(id: "...").
query Similar {
  products(first: 3) {
    nodes {
      id
      ${title}
      ${images} { url(width: 320) }
      similar(topK: 6) {
        rank
        score
        product { ${select()} }
        image { url(width: 320) }
      }
    }
  }
}
`,
    },
    {
      label: 'The catalog and its encoder',
      query: `query Catalog($after: String) {
  catalog {
    name
    count
    store
    encoder { name dimensions fingerprint joint }
  }
  products(first: 12, after: $after) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      ${['id', title, ...others].join('\n      ')}
      ${images} { url(width: 320) placeholder }
    }
  }
}
`,
      variables: json({ after: null }),
    },
  ];
}
