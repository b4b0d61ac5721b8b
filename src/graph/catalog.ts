import { ERROR_CODES } from '../errors.ts';
import type { Builder } from './builder.ts';
import type { GraphContext } from './context.ts';

/** `Query.catalog`, and what the catalog was made by; the codes of errors. */
export function catalogTypes(builder: Builder) {
  const JointMode = builder.enumType('JointMode', { values: ['NATIVE', 'FUSED'] as const });

  const Encoder = builder.objectRef<GraphContext>('Encoder').implement({
    fields: (t) => ({
      name: t.string({ resolve: ({ stages }) => stages.encoder.info.name }),
      dimensions: t.int({ resolve: ({ stages }) => stages.encoder.info.dimensions }),
      fingerprint: t.exposeString('fingerprint'),
      joint: t.field({ type: JointMode, resolve: ({ stages }) => stages.encoder.info.joint }),
    }),
  });

  const Catalog = builder.objectRef<GraphContext>('Catalog').implement({
    fields: (t) => ({
      name: t.exposeString('catalogName'),
      count: t.int({ resolve: ({ loaders }) => loaders.count() }),
      encoder: t.field({ type: Encoder, resolve: (context) => context }),
      store: t.exposeString('storeKind'),
    }),
  });

  builder.queryField('catalog', (t) =>
    t.field({ type: Catalog, nullable: true, resolve: (_root, _args, context) => context }),
  );

  return { ErrorCode: builder.enumType('ErrorCode', { values: ERROR_CODES }) };
}
