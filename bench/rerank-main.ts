// npm run bench:rerank [-- --only NAME] [-- --quick]: what the rerank pass takes and what it bears, as tables. A whole run is kept in bench/results/rerank.txt.
import { calls } from './rerank-calls.ts';
import { defer } from './rerank-defer.ts';
import { faults } from './rerank-faults.ts';
import { leave } from './rerank-leave.ts';
import { pocket } from './rerank-pocket.ts';
import { quality } from './rerank-quality.ts';
import { repeats } from './rerank-repeats.ts';
import { sheet } from './rerank-sheet.ts';
import { runScenarios } from './runner.ts';

await runScenarios('npm run bench:rerank', 'rerank.txt', {
  calls,
  sheet,
  repeats,
  defer,
  leave,
  faults,
  quality: async ({ print }) => quality(print),
  pocket,
});
