import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, createApp, serve } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Outcome } from '../../src/ingest/indexer.ts';
import { jsonlSource } from '../../src/ingest/jsonl-source.ts';
import { index, openCatalog } from '../../src/served-catalog.ts';
import type { GraphQLAnswer } from '../door.ts';

/** A catalog of one's own, as an operator has it: the pocket encoder and the store themselves, in a data folder that goes in the end. */
export class OwnCatalog implements AsyncDisposable {
  readonly data: string;
  readonly #settings: Readonly<Record<string, string>>;

  private constructor(data: string, settings: Readonly<Record<string, string>>) {
    this.data = data;
    this.#settings = settings;
  }

  static async make(settings: Readonly<Record<string, string>>): Promise<OwnCatalog> {
    const data = await mkdtemp(join(tmpdir(), 'margay-own-'));
    return new OwnCatalog(data, { PORT: '0', MARGAY_DATA: data, RERANK: 'off', ...settings });
  }

  /** @returns what became of each line. */
  index(file: string, settings: Record<string, string> = {}, rebuild = false): Promise<Outcome[]> {
    return this.#with(settings, async (app) => {
      const outcomes: Outcome[] = [];
      const source = await jsonlSource(file, app.definition);
      await index(app, source, file, rebuild, (outcome) => outcomes.push(outcome));
      return outcomes;
    });
  }

  serving<T>(use: (door: OwnDoor) => Promise<T>, settings: Record<string, string> = {}): Promise<T> {
    return this.#with(settings, async (app) => {
      const reported: unknown[] = [];
      const catalog = await openCatalog(app, () => () => {});
      const server = await serve(app, catalog, (error) => reported.push(error));
      const ask = async (query: string, variables: Record<string, unknown> = {}) => {
        const body = JSON.stringify({ query, variables });
        const headers = { 'content-type': 'application/json', accept: 'application/json' };
        const response = await fetch(`${server.url}/graphql`, { method: 'POST', headers, body });
        return (await response.json()) as GraphQLAnswer;
      };
      try {
        return await use({ url: server.url, ask, reported });
      } finally {
        await server.close(0);
      }
    });
  }

  async #with<T>(settings: Record<string, string>, use: (app: App) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const app = await createApp(readConfig({ ...this.#settings, ...settings }), stop.signal);
    try {
      return await use(app);
    } finally {
      stop.abort();
      await app.close();
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return rm(this.data, { recursive: true, force: true, maxRetries: 5 });
  }
}

export interface OwnDoor {
  readonly url: string;
  ask(query: string, variables?: Record<string, unknown>): Promise<GraphQLAnswer>;
  /** Errors that were reported as ours. */
  readonly reported: unknown[];
}
