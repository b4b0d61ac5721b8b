import 'graphiql/style.css';
import './page.css';
import './workers.ts';
import leopard from 'picture:leopard';
import { createRoot } from 'react-dom/client';
import { EXAMPLE_PICTURE } from './example-picture.ts';
import { Page } from './page.tsx';
import { PictureShelf } from './picture-shelf.ts';

const shelf = new PictureShelf({ [EXAMPLE_PICTURE]: new URL(leopard, import.meta.url).href });

createRoot(document.getElementById('page')!).render(<Page shelf={shelf} url={location.pathname} />);
