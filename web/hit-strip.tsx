import { useGraphiQL } from '@graphiql/react';
import { useMemo, useState } from 'react';
import { type Card, cardLists, textNamed } from './hits.ts';

function answerOf(response: string | null | undefined): unknown {
  try {
    return response ? JSON.parse(response).data : undefined;
  } catch {
    // GraphiQL shows what is no JSON as it is.
    return undefined;
  }
}

/** The pictures of the hits under the answer's JSON: one looks at what was found before one reads it. */
export function HitStrip() {
  const response = useGraphiQL((state) => state.tabs[state.activeTabIndex]?.response);
  const data = useMemo(() => answerOf(response), [response]);
  const lists = useMemo(() => cardLists(data), [data]);
  const [chosen, choose] = useState<string>();
  const [open, setOpen] = useState(true);
  const shown =
    lists.find(({ path }) => path === chosen) ?? lists.find(({ label }) => label === 'reranked') ?? lists[0];
  if (!shown) return null;
  const rationale = textNamed(data, 'rationale');
  return (
    <section className="margay-strip" aria-label="Pictures in the result">
      <div className="margay-strip-head">
        {lists.map(({ path, label, cards }) => (
          <button key={path} type="button" aria-pressed={path === shown.path} onClick={() => choose(path)}>
            {label} <small>{cards.length}</small>
          </button>
        ))}
        <button type="button" className="margay-strip-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide pictures' : 'Show pictures'}
        </button>
      </div>
      {open && (
        <>
          {rationale && <p className="margay-rationale">{rationale}</p>}
          <ol className="margay-cards">
            {shown.cards.map((card) => (
              <HitCard key={card.key} card={card} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function HitCard({ card: { picture, title, score, rank, reason } }: { card: Card }) {
  return (
    <li>
      <a href={picture} target="_blank" rel="noreferrer" title={reason ?? title}>
        <img src={picture} alt="" loading="lazy" />
        {rank !== undefined && <b>{rank}</b>}
        <span className="margay-card-title">{title}</span>
        {score !== undefined && <span className="margay-card-score">{score.toFixed(3)}</span>}
      </a>
    </li>
  );
}
