import { useEffect, useState } from 'react';
import { isPictureToken, type PictureShelf } from './picture-shelf.ts';
import type { PictureSlot } from './picture-variables.ts';
import { Spots } from './spots.tsx';

interface Shown {
  readonly name: string;
  /** Bytes. */
  readonly size?: number;
  readonly preview?: string;
  readonly missing?: boolean;
}

function shownOf(value: unknown, shelf: PictureShelf): Shown | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  if (value.startsWith('data:')) return { name: 'data: URI', size: Math.floor((value.length * 3) / 4), preview: value };
  if (!isPictureToken(value)) return { name: value };
  const name = value.slice(value.indexOf(':') + 1);
  const file = shelf.picked(value);
  const example = shelf.exampleUrl(value);
  if (example) return { name: `${name} (example)`, preview: example };
  return file ? { name, size: file.size } : { name: `${name}: attach again`, missing: true };
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function PictureChip(props: { shelf: PictureShelf; value: unknown; slot: PictureSlot; onRemove: () => void }) {
  const { shelf, value, slot, onRemove } = props;
  const shown = shownOf(value, shelf);
  const preview = useFilePreview(typeof value === 'string' ? shelf.picked(value) : undefined) ?? shown?.preview;
  const [unseen, setUnseen] = useState<string>();
  if (!shown) return null;
  return (
    <span
      className={shown.missing ? 'margay-chip margay-missing' : 'margay-chip'}
      title={`$${slot.variable}: ${shown.name}`}
    >
      {preview && preview !== unseen ? (
        // No browser but Safari shows HEIC.
        <img src={preview} alt="" onError={() => setUnseen(preview)} />
      ) : (
        <Spots className="margay-unseen" />
      )}
      <span className="margay-chip-name">{shown.name}</span>
      {shown.size !== undefined && <small>{sizeText(shown.size)}</small>}
      <button type="button" aria-label={`Remove ${shown.name} from $${slot.variable}`} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}

function useFilePreview(file: File | undefined): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (!file) return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => {
      URL.revokeObjectURL(made);
      setUrl(undefined);
    };
  }, [file]);
  return url;
}
