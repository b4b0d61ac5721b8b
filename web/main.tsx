import 'graphiql/style.css';
import './page.css';
import './workers.ts';
import leopard from 'picture:leopard';
import { createRoot } from 'react-dom/client';
import { readCatalogFields } from './catalog-fields.ts';
import { EXAMPLE_PICTURE } from './example-picture.ts';
import { examplesFor } from './examples.ts';
import { Page } from './page.tsx';
import { PictureShelf } from './picture-shelf.ts';

const shelf = new PictureShelf({ [EXAMPLE_PICTURE]: new URL(leopard, import.meta.url).href });

const url = location.pathname;
const examples = examplesFor(await readCatalogFields(url));

createRoot(document.getElementById('page')!).render(<Page shelf={shelf} url={url} examples={examples} />);
