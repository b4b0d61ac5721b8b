import { expect, test, vi } from 'vitest';
import { CatalogWrites } from '../../src/ingest/catalog-writes.ts';
import { DEMO_DEFINITION } from '../demo-definition.ts';
import { MemoryStore } from '../fakes.ts';

const { signal } = new AbortController();
const field = { name: 'category', kind: 'String' } as const;

function writes(store: MemoryStore) {
  return new CatalogWrites({
    stages: {} as never,
    store: () => store,
    definition: DEMO_DEFINITION,
    embed: 'image',
    timeoutMs: 10_000,
    report: (error) => {
      throw error;
    },
    upkeep: { idleMs: 1 },
  });
}

test.each<[string, Parameters<CatalogWrites['remove']>[0]]>([
  ['ids', ['a', 'b']],
  ['a filter', { op: 'eq', field, value: 'x' }],
])('a removal by %s that fails half-way is tidied up after like any other', async (_name, where) => {
  const store = new MemoryStore();
  const fault = new Error('Half of them went.');
  vi.spyOn(store, 'remove').mockRejectedValue(fault);
  vi.spyOn(store, 'removeWhere').mockRejectedValue(fault);
  const optimized = vi.spyOn(store, 'optimize').mockResolvedValue();
  const under = writes(store);
  await expect(under.remove(where, { signal })).rejects.toBe(fault);
  await vi.waitFor(() => expect(optimized).toHaveBeenCalledOnce(), { timeout: 10_000 });
  await under.close();
});
