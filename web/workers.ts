import editorWorker from 'worker:monaco-editor/esm/vs/editor/editor.worker.js';
import jsonWorker from 'worker:monaco-editor/esm/vs/language/json/json.worker.js';
import graphqlWorker from 'worker:monaco-graphql/esm/graphql.worker.js';

const FILES: Record<string, string> = { json: jsonWorker, graphql: graphqlWorker };

// Monaco asks for its language services through this global. Without it they would run on the page's own thread.
Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_id: string, label: string) =>
      new Worker(new URL(FILES[label] ?? editorWorker, import.meta.url), { type: 'module', name: label }),
  },
});
