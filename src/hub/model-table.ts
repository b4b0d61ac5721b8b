import { megabytes } from './disk.ts';
import type { ListedModel } from './presence.ts';

const COLUMNS = ['model', 'answers', 'dimensions', 'languages', 'license', 'size', 'state'] as const;

/** A table for people; what is not known is a dash. */
export function modelTable(models: readonly ListedModel[]): string {
  const rows = [COLUMNS, ...models.map(row)];
  const widths = COLUMNS.map((_column, place) => Math.max(...rows.map((cells) => cells[place]!.length)));
  return rows
    .map((cells) =>
      cells
        .map((cell, place) => cell.padEnd(widths[place]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function row({ known, manifest: found, presence, name }: ListedModel): string[] {
  const manifest = found ?? known?.expected;
  const queries = known?.queries ?? (manifest?.mode === 'joint' ? ['text', 'picture', 'joint'] : ['text', 'picture']);
  const both = queries.includes('joint') ? 'both as one' : 'both as a sum';
  const bytes = presence.state === 'ready' ? presence.bytes : known?.bytes;
  return [
    name,
    `text, picture, ${both}`,
    String(manifest?.dimensions ?? '-'),
    manifest?.languages.join(', ') ?? '-',
    manifest?.license ?? '-',
    bytes === undefined ? '-' : `${presence.state === 'ready' ? '' : 'about '}${megabytes(bytes)}`,
    state({ known, manifest: found, presence, name }),
  ];
}

function state({ known, manifest, presence }: ListedModel): string {
  if (presence.state === 'ready') return manifest?.demo ? 'ready (demo: drawings alone)' : 'ready';
  if (presence.state === 'partial')
    return `partial${presence.share === undefined ? '' : ` ${Math.floor(100 * presence.share)} %`}: pull goes on`;
  if (!known) return '-';
  if ('hub' in known.source) return 'not pulled';
  return 'export' in known.source ? 'export' : 'no graphs published';
}
