// npm run bench [-- --only NAME] [-- --quick]: what the gateway costs, as tables. A whole run is kept in bench/results/bench.txt.
import { ownCost } from './own-cost.ts';
import { rerank } from './rerank.ts';
import { eventLoop, memory } from './residence.ts';
import { runScenarios } from './runner.ts';
import { sideBySide } from './side-by-side.ts';
import { startUp } from './start-up.ts';

await runScenarios('npm run bench', 'bench.txt', {
  'side-by-side': sideBySide,
  'own-cost': ownCost,
  rerank,
  'event-loop': eventLoop,
  memory,
  'start-up': startUp,
});
