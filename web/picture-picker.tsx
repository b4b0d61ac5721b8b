import { useGraphiQL, useVariablesEditorState } from '@graphiql/react';
import { useEffect, useEffectEvent, useState } from 'react';
import { createPortal } from 'react-dom';
import { PictureChip } from './picture-chip.tsx';
import type { PictureShelf } from './picture-shelf.ts';
import { operationNamed, type PictureSlot, pictureSlots } from './picture-variables.ts';

// Some systems do not count HEIC among the images.
const ACCEPT = 'image/*,.heic,.heif';

type Variables = Record<string, unknown>;

function parseVariables(text: string): Variables | undefined {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return value && typeof value === 'object' && !Array.isArray(value) ? (value as Variables) : undefined;
  } catch {
    return undefined;
  }
}

const asList = (value: unknown) => (value == null ? [] : Array.isArray(value) ? value : [value]);

/** One place for each variable of the operation that takes a picture, beside the variables' own tab. What it shows is read from the variables: they stay the only truth. */
export function PicturePicker({ shelf }: { shelf: PictureShelf }) {
  const host = usePickerHost();
  const [text, setText] = useVariablesEditorState();
  const document = useGraphiQL((state) => state.documentAST);
  const name = useGraphiQL((state) => state.operationName);
  const slots = pictureSlots(operationNamed(document, name));
  const variables = parseVariables(text);
  const [status, setStatus] = useState('');
  const [problem, setProblem] = useState('');

  const fill = (slot: PictureSlot, value: unknown) => {
    if (variables) setText(JSON.stringify({ ...variables, [slot.variable]: value }, null, 2));
  };
  const attach = (slot: PictureSlot | undefined, files: readonly File[]) => {
    if (files.length === 0) return;
    if (!slot) return setProblem('No variable takes a picture here: declare $image: Upload and use it.');
    if (!variables) return setProblem('The variables are not valid JSON: mend them, then attach.');
    setProblem('');
    const tokens = (slot.list ? files : files.slice(0, 1)).map((file) => shelf.add(file));
    fill(slot, slot.list ? [...asList(variables[slot.variable]), ...tokens] : tokens[0]);
    setStatus(`${files[0]?.name} is attached to $${slot.variable}.`);
  };
  const remove = (slot: PictureSlot, index: number) => {
    const rest = asList(variables?.[slot.variable]).filter((_value, at) => at !== index);
    fill(slot, slot.list ? rest : undefined);
    setStatus(`The picture is removed from $${slot.variable}.`);
  };
  const dragging = useFileDrop((files) => attach(slots[0], files));

  if (!host) return null;
  return (
    <>
      {createPortal(
        <>
          {slots.map((slot) => (
            <div key={slot.variable} className="margay-slot">
              {asList(variables?.[slot.variable]).map((value, index) => (
                <PictureChip key={index} shelf={shelf} value={value} slot={slot} onRemove={() => remove(slot, index)} />
              ))}
              <FileButton slot={slot} onFiles={(files) => attach(slot, files)} />
            </div>
          ))}
          {slots.length === 0 && <span className="margay-no-slot">no picture in this operation</span>}
          <span className={problem ? 'margay-problem' : 'margay-status'} role="status">
            {problem || status}
          </span>
        </>,
        host,
      )}
      {dragging && (
        <div className="margay-drop" aria-hidden="true">
          {slots[0] ? `Drop to attach to $${slots[0].variable}` : 'This operation has no variable for a picture'}
        </div>
      )}
    </>
  );
}

function FileButton({ slot, onFiles }: { slot: PictureSlot; onFiles: (files: File[]) => void }) {
  const input = (label: string, capture?: 'environment') => (
    <label className={capture ? 'margay-file margay-camera' : 'margay-file'}>
      <input
        type="file"
        accept={ACCEPT}
        capture={capture}
        multiple={slot.list && !capture}
        aria-label={`${label} ${capture ? 'for' : 'to'} $${slot.variable}`}
        onChange={({ currentTarget }) => {
          onFiles([...(currentTarget.files ?? [])]);
          // Or the same file, changed on disk, could not be picked again.
          currentTarget.value = '';
        }}
      />
      {label}
    </label>
  );
  return (
    <>
      {input('Attach picture')}
      {input('Take photo', 'environment')}
    </>
  );
}

/** GraphiQL offers no place above its variables: one is made in the bar that carries their tab. */
function usePickerHost(): HTMLElement | undefined {
  const [host, setHost] = useState<HTMLElement>();
  useEffect(() => {
    const bar = document.querySelector('.graphiql-editor-tools');
    if (!bar) return;
    const element = Object.assign(document.createElement('div'), { className: 'margay-pictures' });
    element.setAttribute('role', 'group');
    element.setAttribute('aria-label', 'Pictures');
    bar.insertBefore(element, bar.querySelector('.graphiql-toggle-editor-tools'));
    setHost(element);
    return () => element.remove();
  }, []);
  return host;
}

/** Files dropped anywhere on the page. Seen on the way down, before the editors take them for text to insert. */
function useFileDrop(onFiles: (files: File[]) => void): boolean {
  const [dragging, setDragging] = useState(false);
  const drop = useEffectEvent(onFiles);
  useEffect(() => {
    const listening = new AbortController();
    const on = (type: 'dragenter' | 'dragover' | 'dragleave' | 'drop', handle: (event: DragEvent) => void) =>
      window.addEventListener(
        type,
        (event) => {
          if (!event.dataTransfer?.types.includes('Files')) return;
          event.preventDefault();
          event.stopPropagation();
          handle(event);
        },
        { capture: true, signal: listening.signal },
      );
    on('dragenter', () => setDragging(true));
    on('dragover', () => setDragging(true));
    on('dragleave', (event) => {
      if (!event.relatedTarget) setDragging(false);
    });
    on('drop', (event) => {
      setDragging(false);
      drop([...(event.dataTransfer?.files ?? [])]);
    });
    return () => listening.abort();
  }, []);
  return dragging;
}
